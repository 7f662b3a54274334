from cases.domain.letters.words.wording import Stance, Wording
from cases.enums import Channel, DisclosureKind, Understanding

ENGLISH = Wording(
    language="en",
    reference="Your reference: {reference}",
    date="{date}",
    greeting="Dear {name},",
    greeting_unnamed="Hello,",
    happened="What happened",
    should_have="What should have happened, and why",
    explained_heading="When and how we explained it",
    how={
        Channel.PHONE: "by phone",
        Channel.IN_PERSON: "in person",
        Channel.VIDEO: "in a video call",
        Channel.CHAT: "in a chat",
        Channel.EMAIL: "by email",
        Channel.POST: "by post",
    },
    how_else="in a conversation with you",
    understood={
        Understanding.UNDERSTOOD: "You told us that you understood it.",
        Understanding.PARTLY: "Some of it was not clear to you yet. Ask us, and we will gladly explain it again.",
        Understanding.NOT_UNDERSTOOD: "It was not clear to you yet. Ask us, and we will gladly explain it again.",
        Understanding.DISPUTES: "You told us that you see it differently. We have kept that with your case.",
    },
    keep="Please keep this letter. If you contact us, mention {reference}, and you need not repeat any of it.",
    closing="Kind regards",
    stances={
        DisclosureKind.HONORED: Stance(
            subject="A mistake in your favor, which we honor this once",
            opening="We made a mistake in your favor. This letter sets down what it was and what we decided about it.",
            decided_heading="What we decided",
            decided=(
                "We stand by it: you keep what the mistake gave you.",
                "We honor it once. It is not a rule, and it does not change what applies from here on.",
            ),
            explained="We explained this to you on {date}, {how}.",
            next_heading="What comes next time",
            next=("Should the same or something like it happen again, we may decide by the book.",),
        ),
        DisclosureKind.RESCINDED: Stance(
            subject="A mistake in your favor, which we have to take back",
            opening="We made a mistake, and we are sorry. This letter sets down what it was and what we decided about it.",
            decided_heading="What we decided",
            decided=(
                "We cannot stand by it and take it back: what should have happened applies.",
                "The mistake was ours and not yours. We are looking into how it came about, so that it does not happen again.",
            ),
            explained="We explained this to you on {date}, {how}.",
            next_heading="What you can do",
            next=(
                "If you have already relied on it, or if you disagree, tell us: a person will look at it with you.",
                "We will contact you again to hear how you are getting on.",
            ),
        ),
    },
    mail_subject="Your letter about {reference}",
    mail=(
        "With this message you get the letter about the mistake that we made and what we decided about it.\n\n"
        "If you have any question, contact us and mention {reference}."
    ),
)
