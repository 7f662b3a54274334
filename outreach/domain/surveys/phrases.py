"""What the page of every survey says in each language, whatever its questions are. Those are the template's."""

from __future__ import annotations

from typing import NamedTuple


class Phrases(NamedTuple):
    """``{…}`` is filled in where it is shown."""

    language: str
    required: str
    send: str
    choose: str
    too_long: str
    mend: str
    readers: str
    thanks: str
    answered_on: str
    answered_already: str
    sorry: str
    call_by: str
    call_at: str
    call_planned: str
    call_made: str
    heard: str
    mention: str
    still: str
    still_text: str
    still_words: str
    call_me: str
    told: str
    ended: str
    ended_text: str
    broken: str
    broken_text: str
    stop: str
    rather_not: str
    stopped: str
    resume: str


PHRASES = {
    "en": Phrases(
        language="en",
        required="needed",
        send="Send my answers",
        choose="Please choose one of the five.",
        too_long="That is more than we can keep. Please make it shorter.",
        mend="One thing is missing. Everything else that you filled in is still here.",
        readers="Only {company} reads this: those who looked after you, and those who can change how we work.",
        thanks="Thank you",
        answered_on="We have your answers of {time}.",
        answered_already="Your answers were here already: the first ones count. What you want to add, you can tell us below.",
        sorry="We are sorry that we have not put it right for you.",
        call_by="We will call you, at the latest on {time}.",
        call_at="We ring the number that ends in {digits}. You need not repeat anything.",
        call_planned="Somebody is about to call you.",
        call_made="We called you about it on {time}.",
        heard="{who} has been told and will get back to you.",
        mention="Your case is {case}. Mention it to anybody here, and they see the whole story.",
        still="Is something still not right?",
        still_text="Tell us, and a person calls you. You need not repeat what you have told us before.",
        still_words="What should we know before we call? (optional)",
        call_me="Please call me",
        told="Thank you for saying so.",
        ended="This survey has ended",
        ended_text="It was open until {time}. What you have to say still counts.",
        broken="This link does not lead anywhere",
        broken_text="It may have been cut off on its way. Please open it once more from our message, all of it. Or reply to "
        "that message: a person reads it.",
        stop="Do not ask me again",
        rather_not="Would you rather not be asked how it was?",
        stopped="We will not ask you again how it was.",
        resume="Ask me after all",
    ),
    "de": Phrases(
        language="de",
        required="nötig",
        send="Antworten senden",
        choose="Bitte wählen Sie eine der fünf Stufen.",
        too_long="Das ist mehr, als wir aufnehmen können. Bitte kürzen Sie es.",
        mend="Etwas fehlt noch. Alles andere, was Sie ausgefüllt haben, ist noch da.",
        readers="Nur {company} liest das: wer sich um Sie gekümmert hat und wer ändern kann, wie wir arbeiten.",
        thanks="Vielen Dank",
        answered_on="Wir haben Ihre Antworten vom {time}.",
        answered_already="Ihre Antworten lagen schon vor: Es gelten die ersten. Was Sie ergänzen möchten, können Sie uns unten "
        "sagen.",
        sorry="Es tut uns leid, dass wir es für Sie nicht in Ordnung gebracht haben.",
        call_by="Wir rufen Sie an, spätestens am {time}.",
        call_at="Wir wählen die Nummer, die auf {digits} endet. Sie müssen nichts wiederholen.",
        call_planned="Wir rufen Sie demnächst an.",
        call_made="Wir haben Sie deswegen am {time} angerufen.",
        heard="{who} weiß Bescheid und meldet sich bei Ihnen.",
        mention="Ihr Fall ist {case}. Nennen Sie ihn, wem Sie wollen: Bei uns sieht jeder die ganze Geschichte.",
        still="Ist etwas noch nicht in Ordnung?",
        still_text="Sagen Sie es uns, und ein Mensch ruft Sie an. Was Sie uns schon gesagt haben, müssen Sie nicht wiederholen.",
        still_words="Was sollten wir vor dem Anruf wissen? (freiwillig)",
        call_me="Bitte rufen Sie mich an",
        told="Danke, dass Sie es sagen.",
        ended="Diese Umfrage ist beendet",
        ended_text="Sie war bis {time} offen. Was Sie zu sagen haben, zählt trotzdem.",
        broken="Dieser Link führt nirgendwohin",
        broken_text="Vielleicht wurde er unterwegs abgeschnitten. Bitte öffnen Sie ihn noch einmal ganz aus unserer Nachricht. "
        "Oder antworten Sie auf die Nachricht: Ein Mensch liest es.",
        stop="Nicht mehr fragen",
        rather_not="Möchten Sie lieber nicht gefragt werden, wie es war?",
        stopped="Wir fragen Sie nicht mehr, wie es war.",
        resume="Doch wieder fragen",
    ),
    "fr": Phrases(
        language="fr",
        required="nécessaire",
        send="Envoyer mes réponses",
        choose="Veuillez choisir l’un des cinq niveaux.",
        too_long="C’est plus que nous ne pouvons garder. Veuillez raccourcir.",
        mend="Il manque une chose. Tout le reste de ce que vous avez rempli est encore là.",
        readers="Seul {company} lit ceci : ceux qui se sont occupés de vous et ceux qui peuvent changer notre façon de faire.",
        thanks="Merci",
        answered_on="Nous avons vos réponses du {time}.",
        answered_already="Vos réponses étaient déjà là : les premières comptent. Ce que vous voulez ajouter, dites-le-nous "
        "ci-dessous.",
        sorry="Nous sommes désolés de ne pas avoir réparé les choses pour vous.",
        call_by="Nous vous appellerons au plus tard le {time}.",
        call_at="Nous composerons le numéro qui se termine par {digits}. Vous n’aurez rien à répéter.",
        call_planned="Quelqu’un va bientôt vous appeler.",
        call_made="Nous vous avons appelé à ce sujet le {time}.",
        heard="{who} est au courant et reviendra vers vous.",
        mention="Votre dossier est {case}. Donnez-le à n’importe qui chez nous : on y voit toute l’histoire.",
        still="Quelque chose ne va toujours pas ?",
        still_text="Dites-le-nous et une personne vous appellera. Vous n’aurez pas à répéter ce que vous nous avez déjà dit.",
        still_words="Que devrions-nous savoir avant d’appeler ? (facultatif)",
        call_me="Appelez-moi, s’il vous plaît",
        told="Merci de le dire.",
        ended="Cette enquête est terminée",
        ended_text="Elle était ouverte jusqu’au {time}. Ce que vous avez à dire compte toujours.",
        broken="Ce lien ne mène nulle part",
        broken_text="Il a peut-être été coupé en chemin. Ouvrez-le encore une fois, en entier, depuis notre message. Ou répondez "
        "à ce message : une personne le lira.",
        stop="Ne plus me demander",
        rather_not="Vous préférez que nous ne vous demandions pas comment cela s’est passé ?",
        stopped="Nous ne vous demanderons plus comment cela s’est passé.",
        resume="Me demander à nouveau",
    ),
    "es": Phrases(
        language="es",
        required="necesaria",
        send="Enviar mis respuestas",
        choose="Elija uno de los cinco niveles.",
        too_long="Es más de lo que podemos guardar. Acórtelo, por favor.",
        mend="Falta una cosa. Todo lo demás que rellenó sigue aquí.",
        readers="Solo {company} lee esto: quienes le atendieron y quienes pueden cambiar nuestra forma de trabajar.",
        thanks="Gracias",
        answered_on="Tenemos sus respuestas del {time}.",
        answered_already="Sus respuestas ya estaban aquí: cuentan las primeras. Lo que quiera añadir, díganoslo abajo.",
        sorry="Sentimos no haberlo resuelto para usted.",
        call_by="Le llamaremos a más tardar el {time}.",
        call_at="Marcaremos el número que termina en {digits}. No tendrá que repetir nada.",
        call_planned="Alguien le llamará en breve.",
        call_made="Le llamamos por ello el {time}.",
        heard="{who} ya lo sabe y se pondrá en contacto con usted.",
        mention="Su caso es {case}. Dígalo a cualquiera de nosotros y verá toda la historia.",
        still="¿Hay algo que todavía no está bien?",
        still_text="Díganoslo y una persona le llamará. No tendrá que repetir lo que ya nos contó.",
        still_words="¿Qué deberíamos saber antes de llamar? (opcional)",
        call_me="Llámenme, por favor",
        told="Gracias por decirlo.",
        ended="Esta encuesta ha terminado",
        ended_text="Estuvo abierta hasta el {time}. Lo que tenga que decir sigue contando.",
        broken="Este enlace no lleva a ninguna parte",
        broken_text="Quizá se cortó por el camino. Ábralo otra vez, completo, desde nuestro mensaje. O responda a ese mensaje: "
        "una persona lo lee.",
        stop="No volver a preguntarme",
        rather_not="¿Prefiere que no le preguntemos cómo le fue?",
        stopped="No volveremos a preguntarle cómo le fue.",
        resume="Volver a preguntarme",
    ),
}
