"""Example data: sentences that people of the platform and of its customers might have written."""

from __future__ import annotations

DEPARTMENTS = ("Sales", "Support", "Collections", "Deliveries", "Loyalty", "Hiring", "Franchise", "Wholesale")

NOTES = (
    "Prefers calls before 11:00. Escalations go to the operations head, not to support@.",
    "Asked for a quote for 20 more extensions in the spring; waiting for their new branch to open.",
    "Moved over from a competitor; two numbers were ported in. Keep an eye on delivery the first months.",
    "Pays by bank transfer only; allow three working days.",
    "Template approval was refused twice. They know that promotional texts need consent.",
    "Reference customer: may be named in presentations.",
    "Legal review of the data processing agreement is done, copy in the shared drive.",
    "Seasonal business: next to nothing from June to August, everything before the festivals.",
)

HOLD_NOTES = {
    "manual": "Owner asked us to pause everything while the company is being sold.",
    "past_due": "Reminded three times; finance agreed to suspend.",
    "spend_cap": "The month's spend reached the cap.",
    "trial_ended": "The trial ended without an order.",
    "abuse": "Complaints about unsolicited messages; consent records were asked for.",
}
HOLD_REASONS = {
    "manual": "Your workspace is paused, as agreed with you. Write to support to go on.",
    "past_due": "An invoice of your organization is overdue. Service returns once it is paid.",
    "spend_cap": "This month's spending cap is reached. Raise it, or wait for the new month.",
    "trial_ended": "Your trial is over. Choose a plan to go on.",
    "abuse": "There are complaints about messages from this workspace. Contact support.",
}
LIFTED_NOTE = "Number was being ported; paused for two days, as agreed."

OVERRIDE_REASONS = {
    "expiring": "Festival season: more until the end of the campaign",
    "expired": "Trial of a larger volume, granted for a month",
    "none": "No broadcasts until consent records are shown",
    "unlimited": "Agreed in the contract",
    "own": "Agreed with sales",
    "cap": "Cap entered when the workspace was created",
}

CAMPAIGNS = (
    ("Festival offers", "festival", "Our festival prices are here: 20 % off until Sunday. Reply STOP to leave."),
    ("Payment reminders", "dues", "A friendly reminder: your payment is due on Friday. Thank you!"),
    ("Appointment reminders", "patients", "You have an appointment tomorrow. Reply 1 to confirm, 2 to move it."),
    ("New arrivals", "customers", "The new collection is in the shop. Come by, the first 50 get a gift."),
    ("Delivery updates", "orders", "Your parcel leaves our warehouse today and reaches you within two days."),
    ("Feedback", "visitors", "How was your visit? Reply with a number from 1 (poor) to 5 (great)."),
    ("Renewals", "members", "Your membership ends this month. Renew now and keep your discount."),
    ("Class schedule", "parents", "Classes move to 9:30 from Monday on. Ask the office if that does not suit you."),
)
TAGS = ("customers", "festival", "dues", "vip", "patients", "orders", "members", "visitors", "parents")
ROOMS = ("Reception", "Sales desk", "Billing", "Warehouse", "Front office", "Manager", "Support 1", "Support 2")
METHODS = {
    "IN": ("UPI", "Card •••• 4242", "Card •••• 1881", "Net banking"),
    "JP": ("Card •••• 4242", "Bank transfer"),
    "KW": ("KNET", "Card •••• 4242"),
}
OTHER_METHODS = ("Card •••• 4242", "Card •••• 5100", "SEPA direct debit")
