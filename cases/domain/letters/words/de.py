from cases.domain.letters.words.wording import Stance, Wording
from cases.enums import Channel, DisclosureKind, Understanding

GERMAN = Wording(
    language="de",
    reference="Ihr Zeichen bei uns: {reference}",
    date="{date}",
    greeting="Guten Tag {name},",
    greeting_unnamed="Guten Tag,",
    happened="Was geschehen ist",
    should_have="Was hätte geschehen sollen und warum",
    explained_heading="Wann und wie wir es Ihnen erklärt haben",
    how={
        Channel.PHONE: "am Telefon",
        Channel.IN_PERSON: "persönlich",
        Channel.VIDEO: "in einem Videogespräch",
        Channel.CHAT: "im Chat",
        Channel.EMAIL: "per E-Mail",
        Channel.POST: "per Post",
    },
    how_else="im Gespräch mit Ihnen",
    understood={
        Understanding.UNDERSTOOD: "Sie haben uns gesagt, dass Sie es verstanden haben.",
        Understanding.PARTLY: "Einiges war Ihnen noch nicht klar. Fragen Sie uns: Wir erklären es gerne noch einmal.",
        Understanding.NOT_UNDERSTOOD: "Es war Ihnen noch nicht klar. Fragen Sie uns: Wir erklären es gerne noch einmal.",
        Understanding.DISPUTES: "Sie haben uns gesagt, dass Sie es anders sehen. Das haben wir zu Ihrem Fall vermerkt.",
    },
    keep="Bitte bewahren Sie diesen Brief auf. Wenn Sie uns {reference} nennen, müssen Sie nichts noch einmal erzählen.",
    closing="Mit freundlichen Grüßen",
    stances={
        DisclosureKind.HONORED: Stance(
            subject="Ein Fehler zu Ihren Gunsten, zu dem wir dieses Mal stehen",
            opening="Uns ist ein Fehler zu Ihren Gunsten unterlaufen. Dieser Brief hält fest, was geschehen ist und was wir "
            "entschieden haben.",
            decided_heading="Was wir entschieden haben",
            decided=(
                "Wir stehen dazu: Sie behalten, was Ihnen der Fehler gebracht hat.",
                "Wir tun das dieses eine Mal. Es ist keine Regel und ändert nichts an dem, was von nun an gilt.",
            ),
            explained="Wir haben Ihnen das am {date} {how} erklärt.",
            next_heading="Was beim nächsten Mal gilt",
            next=("Wenn dasselbe oder etwas Ähnliches wieder geschieht, können wir nach den Regeln entscheiden.",),
        ),
        DisclosureKind.RESCINDED: Stance(
            subject="Ein Fehler zu Ihren Gunsten, den wir zurücknehmen müssen",
            opening="Uns ist ein Fehler unterlaufen, und das tut uns leid. Dieser Brief hält fest, was geschehen ist und was wir "
            "entschieden haben.",
            decided_heading="Was wir entschieden haben",
            decided=(
                "Wir können nicht dabei bleiben und nehmen es zurück: Es gilt, was hätte geschehen sollen.",
                "Der Fehler lag bei uns und nicht bei Ihnen. Wir gehen ihm nach, damit er sich nicht wiederholt.",
            ),
            explained="Wir haben Ihnen das am {date} {how} erklärt.",
            next_heading="Was Sie tun können",
            next=(
                "Wenn Sie sich schon darauf verlassen haben oder es anders sehen, sagen Sie es uns: Wir sehen es uns an.",
                "Wir melden uns noch einmal bei Ihnen, um zu hören, wie es Ihnen damit geht.",
            ),
        ),
    },
    mail_subject="Ihr Brief zu {reference}",
    mail=(
        "Mit dieser Nachricht erhalten Sie den Brief über den Fehler, der uns unterlaufen ist, und darüber, was wir entschieden "
        "haben.\n\n"
        "Wenn Sie Fragen haben, melden Sie sich bei uns und nennen Sie {reference}."
    ),
)
