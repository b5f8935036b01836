/* Pickers: what the search field finds is a list below it, walked by arrows and taken by Enter or a click. The field holds
   what is sent (an e-mail, an address); once something was taken, its name stands there instead. See components/picker.html. */
(() => {
  "use strict";
  const $ = (selector, from = document) => from.querySelector(selector);
  const boxOf = (target) => target instanceof Element && target.closest("[data-picker]");
  const field = (box) => $("[role=combobox]", box);
  const list = (box) => $("[role=listbox]", box);
  const options = (box) => [...list(box).querySelectorAll("[role=option]")];
  const able = (option) => option.getAttribute("aria-disabled") !== "true";
  const marked = (box) => options(box).find((each) => each.getAttribute("aria-selected") === "true");

  function mark(box, option) {
    options(box).forEach((each) => each.setAttribute("aria-selected", String(each === option)));
    if (option) {
      field(box).setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else field(box).removeAttribute("aria-activedescendant");
  }
  function show(box, open) {
    list(box).hidden = !open;
    field(box).setAttribute("aria-expanded", String(open));
    if (!open) mark(box, null);
  }
  const changed = (box) => field(box).dispatchEvent(new Event("change", { bubbles: true }));

  function take(box, option) {
    if (!able(option)) return;
    show(box, false);
    if ("invite" in option.dataset) { invite(box, field(box).value.trim()); return; }  // more may have been typed since it was offered
    field(box).value = option.dataset.value;
    $("[data-words]", box).replaceChildren(...[...option.childNodes].map((node) => node.cloneNode(true)));
    box.classList.add("chosen");
    changed(box);
    $("[data-unpick]", box).focus();
  }
  function drop(box) {
    box.classList.remove("chosen");
    field(box).value = "";
    changed(box);
    field(box).focus();
  }
  /* The last line: what was typed is a new person's name, or e-mail. */
  function invite(box, text) {
    const form = field(box).form;
    const mode = $("[name=owner_mode][value=invite]", form);
    const [filled, next] = text.includes("@") ? ["owner_email", "owner_name"] : ["owner_name", "owner_email"];
    field(box).value = "";
    form.elements[filled].value = text;
    mode.checked = true;
    mode.dispatchEvent(new Event("change", { bubbles: true }));
    form.elements[next].focus();
  }

  /* What was asked for last, whether its answer is still to come, and whether Enter was pressed before it came. */
  const states = new WeakMap();
  const stateOf = (box) => states.get(box) || states.set(box, { asked: null, waiting: false, eager: false }).get(box);
  const first = (box) => marked(box) || options(box).find(able);
  function asks(e) {
    const box = boxOf(e.target);
    if (!box || e.target !== field(box)) return;
    Object.assign(stateOf(box), { waiting: true, eager: false });
    mark(box, null);
  }
  function ended(e, answered) {
    const box = boxOf(e.target);
    if (!box || e.target !== field(box)) return;
    const state = stateOf(box);
    if (answered && state.asked !== field(box).value) return;
    if (answered && state.eager && first(box)) take(box, first(box));
    Object.assign(state, { waiting: false, eager: false });
  }
  document.addEventListener("input", asks);
  document.addEventListener("look", asks, true);
  document.addEventListener("htmx:before:request", (e) => { const box = boxOf(e.target); if (box) stateOf(box).asked = field(box).value; });
  document.addEventListener("htmx:after:swap", (e) => ended(e, true));
  for (const name of ["htmx:error", "htmx:response:error"]) document.addEventListener(name, (e) => ended(e, false));

  function key(e, box) {
    const all = options(box);
    const open = !list(box).hidden;
    const state = stateOf(box);
    if (e.key === "Escape") Object.assign(state, { waiting: false, eager: false });
    if (e.key === "Escape" && open) { show(box, false); e.preventDefault(); e.stopPropagation(); }
    if (e.key === "Enter" && state.waiting && !marked(box)) { state.eager = true; e.preventDefault(); }
    else if (e.key === "Enter" && open && first(box)) { e.preventDefault(); take(box, first(box)); }
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!step) return;
    e.preventDefault();
    if (!open) { if (step > 0) field(box).dispatchEvent(new Event("look")); return; }
    const here = all.indexOf(marked(box));
    const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : (here + step + all.length) % all.length;
    mark(box, all[next]);
  }

  document.addEventListener("keydown", (e) => {
    const box = boxOf(e.target);
    if (box && e.target === field(box)) key(e, box);
  }, true);
  document.addEventListener("pointerdown", (e) => { if (e.target.closest("[data-picker] [role=option]")) e.preventDefault(); });
  document.addEventListener("click", (e) => {
    const box = boxOf(e.target);
    if (!box) return;
    const option = e.target.closest("[role=option]");
    if (option) take(box, option);
    else if (e.target.closest("[data-unpick]")) drop(box);
  });
  document.addEventListener("focusout", (e) => {
    const box = boxOf(e.target);
    if (!box || box.contains(e.relatedTarget)) return;
    show(box, false);
    stateOf(box).eager = false;
  });

  /* What the server found has arrived. */
  function watch(box) {
    if (box.dataset.watched) return;
    box.dataset.watched = "";
    new MutationObserver(() => { if (document.activeElement === field(box) && stateOf(box).waiting) show(box, options(box).length > 0); })
      .observe(list(box), { childList: true });
  }
  const start = () => document.querySelectorAll("[data-picker]").forEach(watch);
  document.addEventListener("DOMContentLoaded", start);
  document.addEventListener("htmx:after:swap", start);
  if (document.readyState !== "loading") start();
})();
