"""Example data: what was said in calls and on voicemails."""

from __future__ import annotations

CALLS = (
    "Good morning, how can I help you?\n"
    "Hello, I am calling about my order from last week. The message said it would be here on Tuesday.\n"
    "Let me look. Yes, it left our warehouse yesterday; the driver has it for this afternoon, between two and five.\n"
    "That is fine. Could he ring before he comes? The bell does not work.\n"
    "I have noted it for him. Anything else?\n"
    "No, thank you. Good day.",
    "Front desk, good afternoon.\n"
    "Hi, I would like to move my appointment. It is tomorrow at ten.\n"
    "Of course. What about Thursday at the same time, or Friday after three?\n"
    "Friday, half past three.\n"
    "Done. You will get a message to confirm it; please answer it with 1.",
    "Billing, hello.\n"
    "I was sent a reminder, but I paid on the third by bank transfer.\n"
    "One moment. Yes, here it is, it came in this morning. The reminder went out last night, so the two crossed.\n"
    "So I need not do anything?\n"
    "Nothing at all. I am sorry for the trouble.",
    "Hello, is this the shop in the market street? Do you still have the lamps from your message?\n"
    "We have four left, three white ones and a grey one.\n"
    "Please keep two white ones for me. I come by after work, at about six.\n"
    "They will be at the counter under your name.",
    "Support, what can I do for you?\n"
    "Since yesterday I do not get your messages any more.\n"
    "Did you answer one of them with STOP, perhaps? It says so here.\n"
    "That may have been my son. Can you switch it on again?\n"
    "Only you can: send START to the same number. It works at once.\n"
    "Let me try. Yes, there it is. Thank you!",
    "Hello, this is the warehouse. Your pallets are ready; who comes to fetch them?\n"
    "Our driver is on the road already, he should be with you at about eleven.\n"
    "Then gate four. He needs the slip from your mail, and a vest.\n"
    "I will tell him.",
    "Sales, good morning.\n"
    "We are twelve people now and would like a plan for all of us. What would that come to?\n"
    "For twelve it is cheaper by the year. I send you both offers in writing, today.\n"
    "By the year or not, we would begin on the first of next month.\n"
    "That works. Then I write that date into them.",
)
VOICEMAILS = (
    "Hello, it is about the offer that you sent. We would take it, but with the larger boxes. Please call me back, "
    "today until six or tomorrow morning.",
    "Good evening, I am calling for my mother. She cannot come tomorrow, she has a cold. Please give the appointment "
    "to somebody else; we ring again next week.",
    "Hi, you tried to reach me. I am in the office from nine on. Bye.",
    "This is the third time that I call about the invoice from October. The amount on it is not what we agreed. I "
    "would like somebody to ring me back who can look into it.",
    "Hello, just to say thank you: the parcel came today, all in one piece, and the children love it.",
    "Good afternoon, do you open on the holiday, too? Your page does not say. Please send me a message to this number.",
)
