from cases.domain.letters.words.wording import Stance, Wording
from cases.enums import Channel, DisclosureKind, Understanding

FRENCH = Wording(
    language="fr",
    reference="Votre référence : {reference}",
    date="Le {date}",
    greeting="Bonjour {name},",
    greeting_unnamed="Bonjour,",
    happened="Ce qui s’est passé",
    should_have="Ce qui aurait dû se passer, et pourquoi",
    explained_heading="Quand et comment nous vous l’avons expliqué",
    how={
        Channel.PHONE: "par téléphone",
        Channel.IN_PERSON: "en personne",
        Channel.VIDEO: "lors d’un appel vidéo",
        Channel.CHAT: "par chat",
        Channel.EMAIL: "par courriel",
        Channel.POST: "par courrier",
    },
    how_else="lors d’un échange avec vous",
    understood={
        Understanding.UNDERSTOOD: "Vous nous avez dit l’avoir compris.",
        Understanding.PARTLY: "Une partie n’était pas encore claire pour vous. Demandez-nous : nous l’expliquerons volontiers à nouveau.",
        Understanding.NOT_UNDERSTOOD: "Ce n’était pas encore clair pour vous. Demandez-nous : nous l’expliquerons volontiers à nouveau.",
        Understanding.DISPUTES: "Vous nous avez dit voir les choses autrement. Nous l’avons noté dans votre dossier.",
    },
    keep="Conservez cette lettre. Si vous nous contactez, mentionnez {reference} : vous n’aurez rien à répéter.",
    closing="Cordialement",
    stances={
        DisclosureKind.HONORED: Stance(
            subject="Une erreur en votre faveur, que nous assumons cette fois",
            opening="Nous avons commis une erreur en votre faveur. Cette lettre dit ce qu’elle était et ce que nous avons décidé.",
            decided_heading="Ce que nous avons décidé",
            decided=(
                "Nous l’assumons : vous conservez ce que l’erreur vous a apporté.",
                "Nous le faisons une seule fois. Ce n’est pas une règle, et cela ne change rien à ce qui s’applique désormais.",
            ),
            explained="Nous vous l’avons expliqué le {date}, {how}.",
            next_heading="Ce qu’il en sera la prochaine fois",
            next=("Si la même chose ou une chose semblable se reproduit, nous pourrons décider selon les règles.",),
        ),
        DisclosureKind.RESCINDED: Stance(
            subject="Une erreur en votre faveur, sur laquelle nous devons revenir",
            opening="Nous avons commis une erreur et nous en sommes désolés. Cette lettre dit ce qu’elle était et ce que nous avons "
            "décidé.",
            decided_heading="Ce que nous avons décidé",
            decided=(
                "Nous ne pouvons pas la maintenir et nous revenons dessus : ce qui aurait dû se passer s’applique.",
                "L’erreur était la nôtre et non la vôtre. Nous en recherchons l’origine pour qu’elle ne se reproduise pas.",
            ),
            explained="Nous vous l’avons expliqué le {date}, {how}.",
            next_heading="Ce que vous pouvez faire",
            next=(
                "Si vous comptiez déjà dessus, ou si vous n’êtes pas d’accord, dites-le-nous : une personne l’examinera avec vous.",
                "Nous vous recontacterons pour savoir comment cela se passe pour vous.",
            ),
        ),
    },
    mail_subject="Votre lettre au sujet de {reference}",
    mail=(
        "Avec ce message, vous recevez la lettre sur l’erreur que nous avons commise et ce que nous avons décidé.\n\n"
        "Pour toute question, contactez-nous en mentionnant {reference}."
    ),
)
