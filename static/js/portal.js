/* What a page does beyond plain HTML. Everything works without it: dialogs are also pages, menus are details, forms post.
   No eval, no inline handlers; everything is bound by delegation, so swapped parts need nothing. */
(() => {
  "use strict";
  const root = document.documentElement;
  root.dataset.js = "";
  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
  const visible = (element) => element && element.getClientRects().length > 0;
  const inField = (element) => element.closest("input, select, textarea, [contenteditable]");

  /* Parts that only make sense with script are hidden in the HTML. */
  const wake = (from) => $$("[data-reveal][hidden], [data-dismiss][hidden], [data-copy][hidden]", from).forEach((e) => { e.hidden = false; });

  /* Toasts: 6 s, not while hovered or focused; errors stay. */
  const toasts = () => $("#toasts");
  /* Under an open dialog nothing can be reached: the toasts stand inside it meanwhile. */
  const raise = () => ($("dialog[open]") || document.body).append(toasts());
  function run(toast) {
    if (toast.dataset.running) return;
    toast.dataset.running = "1";
    wake(toast);
    if (toast.classList.contains("risk")) return;
    let timer;
    const start = () => { timer = setTimeout(() => toast.remove(), 6000); };
    const stop = () => clearTimeout(timer);
    toast.addEventListener("pointerenter", stop);
    toast.addEventListener("pointerleave", start);
    toast.addEventListener("focusin", stop);
    toast.addEventListener("focusout", start);
    start();
  }
  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${toasts().dataset.icons}#${name}`);
    svg.append(use);
    return svg;
  }
  function say(text, kind, again) {
    const toast = document.createElement("div");
    toast.className = `toast ${kind}`;
    const line = document.createElement("p");
    line.textContent = text;
    toast.append(icon(kind === "risk" ? "alert-octagon-filled" : "circle-check"), line);
    if (again) {
      const button = document.createElement("button");
      button.className = "button small";
      button.textContent = "Try again";
      button.addEventListener("click", () => { toast.remove(); again(); });
      toast.append(button);
    }
    const close = document.createElement("button");
    close.className = "icon-button";
    close.setAttribute("aria-label", "Dismiss");
    close.dataset.dismiss = "";
    close.append(icon("x"));
    toast.append(close);
    raise();
    toasts().append(toast);
    run(toast);
  }

  /* Requests in the background: say what went wrong, keep what is on the page. */
  let failed = 0;
  function lost(event, sentence) {
    if (Date.now() - failed < 1000) return;
    failed = Date.now();
    $$("dialog [aria-busy=true]").forEach(rest);
    const ctx = event.detail && event.detail.ctx;
    if (ctx && ctx.request) say(sentence, "risk", () => location.reload());
  }
  document.addEventListener("htmx:error", (e) => lost(e, "Not loaded: the server did not answer"));
  document.addEventListener("htmx:response:error", (e) => {
    const status = e.detail && e.detail.ctx && e.detail.ctx.response && e.detail.ctx.response.status;
    if (status >= 500) lost(e, "Not loaded: the server had an error");
  });
  let unfolded = [];
  document.addEventListener("htmx:before:swap", () => { unfolded = $$("details[id][open]").map((d) => d.id); });
  document.addEventListener("htmx:after:swap", () => {
    unfolded.forEach((id) => { const d = document.getElementById(id); if (d) d.open = true; });
    wake(document);
    $$("[data-toast]").forEach(run);
    const words = $("[data-announce]");
    if (words) announce(words.textContent);
    asked();
  });
  function announce(text) {
    let region = $("#announcer");
    if (!region) {
      region = document.createElement("p");
      region.id = "announcer";
      region.className = "sr";
      region.setAttribute("role", "status");
      document.body.append(region);
    }
    if (region.textContent !== text) region.textContent = text;
  }

  /* Dialogs: what htmx puts into #dialog is shown over the page. Esc and scrim close it unless text was typed, also text that was
     refused; it then gives the focus back to what opened it. */
  const typed = (dialog) => dialog.id !== "palette" && ($("[aria-invalid=true]", dialog) !== null
    || $$("input, textarea, select", dialog).some((e) => e.type !== "hidden" && e.value !== (e.defaultValue ?? e.value)));
  let opener = null;
  function focusIn(dialog) {
    const field = $("[aria-invalid=true]", dialog) || $(".input:not([readonly]), [type=radio]:checked, [type=checkbox]:enabled", dialog) || $("[data-close]", dialog);
    if (field) field.focus();
  }
  function open(dialog, from) {
    opener = from;
    dialog.showModal();
    focusIn(dialog);
  }
  function asked() {
    const dialog = $("#dialog");
    if (!dialog.firstElementChild || dialog.contains(document.activeElement)) return;
    if (dialog.open) { focusIn(dialog); return; }
    const menu = door && door.closest("details.drop");
    if (menu) menu.open = false;
    open(dialog, menu ? $("summary", menu) : visible(door) ? door : document.activeElement);
  }
  let door = null;
  document.addEventListener("cancel", (e) => { if (e.target.matches("dialog") && typed(e.target)) e.preventDefault(); }, true);
  document.addEventListener("close", (e) => {
    if (!e.target.matches("dialog")) return;
    raise();
    if (e.target.id === "dialog") e.target.replaceChildren();
    if (e.target.id === "palette") {  // also before its script came
      $("input", e.target).value = "";
      $("#palette-found").replaceChildren();
    }
    if (opener && opener.isConnected) opener.focus();
    opener = null;
  }, true);
  let pressedOn = null;
  document.addEventListener("pointerdown", (e) => { pressedOn = e.target; });

  /* Busy: the pressed button says what happens; a second press does nothing. Before htmx, which sends some forms itself. */
  document.addEventListener("submit", (e) => {
    const button = e.submitter || $("[data-busy]", e.target);
    if (!button || !button.dataset.busy) return;
    if (button.getAttribute("aria-busy")) { e.preventDefault(); e.stopImmediatePropagation(); return; }
    button.setAttribute("aria-busy", "true");
    const label = words(button);
    button.dataset.rest = label ? label.textContent : "";
    if (label) label.textContent = button.dataset.busy;
    if (!$(".icon", button)) button.prepend(icon("refresh"));
  }, true);
  const words = (button) => [...button.childNodes].find((n) => n.nodeType === 3 && n.textContent.trim());
  function rest(button) {
    button.removeAttribute("aria-busy");
    words(button).textContent = button.dataset.rest;
  }
  addEventListener("pageshow", (e) => { if (e.persisted && $("[aria-busy=true]")) location.reload(); });

  function copy(button) {
    const source = button.dataset.copy ? document.getElementById(button.dataset.copy) : null;
    navigator.clipboard.writeText(source ? source.value || source.textContent : button.value)
      .then(() => say("Copied", "good"), () => { if (source && source.select) source.select(); });
  }
  function reveal(button) {
    const field = document.getElementById(button.dataset.reveal);
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    button.setAttribute("aria-label", shown ? "Show the password" : "Hide the password");
    $("use", button).setAttribute("href", `${toasts().dataset.icons}#${shown ? "eye" : "eye-off"}`);
    field.focus();
  }

  /* The palette: its field stands in every page and takes what is typed at once; what walks its list comes when it is first opened. */
  function seek(text) {
    const dialog = $("#palette");
    if (!dialog || $("dialog[open]")) return;
    const { sheet, code } = dialog.dataset;
    if (code) {
      delete dialog.dataset.code;
      document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: sheet }),
        Object.assign(document.createElement("script"), { src: code }));
    }
    open(dialog, document.activeElement);
    const field = $("input", dialog);
    if (text) field.value = text;
    field.dispatchEvent(new Event("look"));
  }
  const isMac = /^(Mac|iP)/.test(navigator.platform);
  const asksForPalette = (e) => /^k$/i.test(e.key) && !e.repeat && (isMac ? e.metaKey : e.ctrlKey) && !e.altKey && !e.shiftKey
    && !e.target.closest("textarea, [contenteditable]");
  document.addEventListener("input", (e) => {
    if (!e.target.matches("[data-find]")) return;
    const text = e.target.value;
    e.target.value = "";
    seek(text);
  });

  document.addEventListener("click", (e) => {
    $$("details.drop[open]").forEach((d) => { if (!d.contains(e.target)) d.open = false; });
    const at = (selector) => e.target.closest(selector);
    door = at("[aria-haspopup=dialog]") || door;
    if (at("[data-close]")) at("dialog").close();
    else if (e.target.matches("dialog[open]") && pressedOn === e.target && !typed(e.target)) e.target.close();
    if (at("[data-dismiss]")) at(".toast").remove();
    if (at("[data-palette]")) { e.preventDefault(); seek(); }
    if (at("[data-reveal]")) reveal(at("[data-reveal]"));
    if (at("[data-copy]")) copy(at("[data-copy]"));
  });

  /* Menus: arrows move, also out of a search field, Home and End jump, Esc closes and returns to the opener. One that is opened by keys or
     mouse and has a search field is ready to type in. */
  document.addEventListener("toggle", (e) => {
    const field = e.target.matches("details.drop") && $(".find input", e.target);
    if (field && e.target.open && matchMedia("(hover: hover)").matches) field.focus();
  }, true);
  function menuKey(e, menu) {
    if (e.key === "Escape") {
      menu.open = false;
      $("summary", menu).focus();
      e.preventDefault();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1, Home: "first", End: "last" }[e.key];
    if (!step || (inField(e.target) && !(e.key.startsWith("Arrow") && e.target.type === "search"))) return;
    const items = $$("a, button, input:not([type=hidden])", menu).filter(visible);
    const here = items.indexOf(document.activeElement);
    const next = step === "first" ? 0 : step === "last" ? items.length - 1 : (here + step + items.length) % items.length;
    if (items[next]) { items[next].focus(); e.preventDefault(); }
  }

  /* Where the browser does not place popovers itself, they go below their button. */
  if (!CSS.supports("position-area: block-end")) {
    document.addEventListener("toggle", (e) => {
      if (e.newState !== "open" || !e.target.matches("[popover]")) return;
      const button = $(`[popovertarget="${e.target.id}"]`);
      const box = button.getBoundingClientRect();
      const own = e.target.getBoundingClientRect();
      const top = box.bottom + own.height + 12 > innerHeight ? box.top - own.height - 4 : box.bottom + 4;
      e.target.style.setProperty("top", `${Math.max(8, top)}px`);
      e.target.style.setProperty("left", `${Math.max(8, Math.min(box.left, innerWidth - own.width - 12))}px`);
    }, true);
  }

  /* Keys: Ctrl K (⌘ K) the palette, / search, down from there to the rows, j k rows, Enter open, ? this list. Off in fields; <html data-shortcuts="off"> switches them off. */
  const keys = [[isMac ? "⌘ K" : "Ctrl K", "Go to anything"], ["/", "Search this page, or everything"], ["↓", "From the search to the rows"], ["j", "Next row"], ["k", "Row before"], ["Enter", "Open the row"], ["x", "Select the row"], ["?", "This list"]];
  const row = () => $("tr[data-row-focus]");
  function go(step) {
    const rows = $$("tr[data-href]");
    if (!rows.length) return;
    const now = rows.indexOf(row());
    const next = rows[Math.max(0, Math.min(rows.length - 1, now + step))];
    rows.forEach((r) => delete r.dataset.rowFocus);
    next.dataset.rowFocus = "";
    const link = $("a", next);
    if (link) link.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }
  function help() {
    let dialog = $("#key-list");
    if (!dialog) {
      dialog = document.createElement("dialog");
      dialog.id = "key-list";
      dialog.className = "dialog";
      dialog.setAttribute("aria-labelledby", "key-list-title");
      const body = document.createElement("div");
      body.className = "dialog-body";
      const title = document.createElement("h2");
      title.id = "key-list-title";
      title.textContent = "Keys";
      const list = document.createElement("dl");
      list.className = "keys";
      for (const [key, text] of keys) {
        const dt = document.createElement("dt");
        const kbd = document.createElement("kbd");
        const dd = document.createElement("dd");
        kbd.textContent = key;
        dd.textContent = text;
        dt.append(kbd);
        list.append(dt, dd);
      }
      body.append(title, list);
      const foot = document.createElement("div");
      foot.className = "dialog-foot";
      const close = document.createElement("button");
      close.className = "button";
      close.dataset.close = "";
      close.textContent = "Close";
      foot.append(close);
      dialog.append(body, foot);
      document.body.append(dialog);
    }
    open(dialog, document.activeElement);
  }
  const acts = {
    "/": () => {
      const field = $$("main [data-search]").find(visible);
      if (field) { field.focus(); field.select(); } else seek();
    },
    j: () => go(1),
    k: () => go(-1),
    "?": help,
  };
  document.addEventListener("keydown", (e) => {
    const menu = e.target.closest("details.drop[open]");
    if (menu) menuKey(e, menu);
    if (e.key === "ArrowDown" && e.target.matches("[data-search]") && $("tr[data-href]")) { go(1); e.preventDefault(); }
    if (e.key === "Escape" && !e.isComposing && e.target.closest("#palette")) {  // which would only empty a search field
      e.preventDefault();
      $("#palette").close();
    }
    if (asksForPalette(e)) {
      const open = $("dialog[open]");
      if (!open) seek();
      else if (open.id === "palette") open.close();
      else return;
      e.preventDefault();
    }
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || inField(e.target)) return;
    if (root.dataset.shortcuts === "off" || $("dialog[open]")) return;
    if (e.key === "Enter" && row() && e.target === document.body) { location.assign(row().dataset.href); return; }
    if (acts[e.key]) { acts[e.key](); if ("/?".includes(e.key) || "jk".includes(e.key)) e.preventDefault(); }
  });

  document.addEventListener("DOMContentLoaded", start);
  function start() {
    wake(document);
    $$("[data-toast]").forEach(run);
    const first = $("[data-focus]");
    if (first && document.activeElement === document.body) first.focus();
    setTimeout(catchUp);  // htmx begins by such a call too, which it made before
  }

  /* On a slow line people are quicker than the scripts: what was typed, chosen or unfolded meanwhile is told to whoever would have listened,
     and who went back over parts that were swapped sees what the address says. */
  function catchUp() {
    const [loaded] = performance.getEntriesByType("navigation");
    if (history.state && history.state.htmx && loaded && bare(loaded.name) !== bare(location.href)) { location.reload(); return; }
    $$("input, textarea, select").filter(changed).forEach((field) => {
      for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
    });
    $$("details[open][hx-get]").forEach((details) => details.dispatchEvent(new Event("toggle")));
    $$("[popovertarget][hx-get]").filter((button) => $(`#${button.getAttribute("popovertarget")}:popover-open`))
      .forEach((button) => button.dispatchEvent(new Event("click")));
  }
  const bare = (address) => address.split("#")[0];
  function changed(field) {
    if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
    if (!field.options) return field.type !== "hidden" && field.value !== field.defaultValue;
    const all = [...field.options];
    return field.selectedOptions[0] !== (all.find((each) => each.defaultSelected) || all.find((each) => !each.disabled));
  }
})();
