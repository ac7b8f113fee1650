"""What the people of the demo organisation write to one another."""

from typing import Final

# {skill} is a skill that the mentor could help with.
MESSAGES: Final = (
    "Hello! I would like to get better at {skill}, and your profile is just what I was looking for. Do you have time?",
    "Would you mentor me? {skill} is my weakest point at the moment.",
    "I have moved to a new team and {skill} is suddenly a large part of my work. Could we talk once a fortnight?",
    "My manager suggested that I ask you about {skill}.",
    "I saw your talk last month. Half an hour now and then on {skill} would help me a great deal.",
    "Looking for somebody patient to practise {skill} with. Evenings suit me best.",
    "I am preparing for the next step in my career and {skill} is what I still miss.",
    "Hi, I learn best by example. Could I look over your shoulder where {skill} is concerned?",
    "After a year away I am catching up, with {skill} first of all. Would you have room for me?",
    "Your experience with {skill} would be worth more to me than another course.",
    "We met briefly at the all-hands. Would you be open to mentoring me in {skill}?",
    "I keep getting stuck with {skill} and should like to understand it properly this time 🙂",
    "Three months, one hour every other week, one topic: {skill}. Does that sound possible?",
    "Two projects of mine depend on {skill} this year. I could use an honest second opinion.",
)

ACCEPTED: Final = (
    "With pleasure. Let us start with half an hour next week.",
    "Yes, gladly! Please bring an example from your own work.",
    "Happy to help. Tuesdays after lunch are best for me.",
    "Of course. Tell me beforehand what you have tried so far.",
    "Yes. I learnt this the hard way, so let me spare you some of it.",
    "I would enjoy that. Shall we say every other Thursday?",
    "Gladly, for three months to begin with, and then we look again.",
    "Count me in. I shall send an invitation.",
    "Yes, and I expect to learn something from you as well.",
)

DECLINED: Final = (
    "I am sorry, my quarter is full. Please ask me again in spring.",
    "Thank you for asking! Somebody closer to your daily work would serve you better.",
    "Not at the moment: I am about to go on parental leave.",
    "I have not worked on this for some years, others are more up to date.",
    "Our working hours hardly overlap; I would look for somebody nearer to your time zone.",
    "I should love to, but two mentees are as many as I can do justice to.",
)
