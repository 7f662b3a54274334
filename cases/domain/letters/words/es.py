from cases.domain.letters.words.wording import Stance, Wording
from cases.enums import Channel, DisclosureKind, Understanding

SPANISH = Wording(
    language="es",
    reference="Su referencia: {reference}",
    date="{date}",
    greeting="Hola, {name}:",
    greeting_unnamed="Hola:",
    happened="Qué ocurrió",
    should_have="Qué debería haber ocurrido y por qué",
    explained_heading="Cuándo y cómo se lo explicamos",
    how={
        Channel.PHONE: "por teléfono",
        Channel.IN_PERSON: "en persona",
        Channel.VIDEO: "por videollamada",
        Channel.CHAT: "por chat",
        Channel.EMAIL: "por correo electrónico",
        Channel.POST: "por correo postal",
    },
    how_else="en una conversación con usted",
    understood={
        Understanding.UNDERSTOOD: "Usted nos dijo que lo había entendido.",
        Understanding.PARTLY: "Una parte aún no le quedó clara. Pregúntenos y se lo explicaremos de nuevo con gusto.",
        Understanding.NOT_UNDERSTOOD: "Aún no le quedó claro. Pregúntenos y se lo explicaremos de nuevo con gusto.",
        Understanding.DISPUTES: "Usted nos dijo que lo ve de otra manera. Lo hemos anotado en su caso.",
    },
    keep="Conserve esta carta. Si se pone en contacto con nosotros, mencione {reference} y no tendrá que repetir nada.",
    closing="Atentamente",
    stances={
        DisclosureKind.HONORED: Stance(
            subject="Un error a su favor que esta vez respetamos",
            opening="Cometimos un error a su favor. Esta carta deja constancia de cuál fue y de lo que decidimos.",
            decided_heading="Qué decidimos",
            decided=(
                "Lo respetamos: usted conserva lo que el error le dio.",
                "Lo respetamos una sola vez. No es una regla y no cambia lo que se aplica de aquí en adelante.",
            ),
            explained="Se lo explicamos el {date}, {how}.",
            next_heading="Qué pasará la próxima vez",
            next=("Si vuelve a ocurrir lo mismo o algo parecido, podremos decidir conforme a las reglas.",),
        ),
        DisclosureKind.RESCINDED: Stance(
            subject="Un error a su favor que debemos corregir",
            opening="Cometimos un error y lo sentimos. Esta carta deja constancia de cuál fue y de lo que decidimos.",
            decided_heading="Qué decidimos",
            decided=(
                "No podemos mantenerlo y lo dejamos sin efecto: se aplica lo que debería haber ocurrido.",
                "El error fue nuestro y no suyo. Estamos examinando cómo se produjo para que no vuelva a ocurrir.",
            ),
            explained="Se lo explicamos el {date}, {how}.",
            next_heading="Qué puede hacer usted",
            next=(
                "Si ya contaba con ello o si no está de acuerdo, díganoslo: una persona lo revisará con usted.",
                "Volveremos a ponernos en contacto con usted para saber cómo le va.",
            ),
        ),
    },
    mail_subject="Su carta sobre {reference}",
    mail=(
        "Con este mensaje recibe la carta sobre el error que cometimos y lo que decidimos al respecto.\n\n"
        "Si tiene alguna pregunta, póngase en contacto con nosotros y mencione {reference}."
    ),
)
