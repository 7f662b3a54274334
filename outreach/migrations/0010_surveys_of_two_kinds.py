"""What customers are asked after a closure and after a follow-up call, in four languages. Data, to be changed to suit."""

from django.db import migrations, models

SCORES = ("satisfaction", "outcome_fair", "process_fair", "treated_well", "ease", "would_return", "words")

# For each question its words, and those of both ends of the scale.
QUESTIONS = {
    "en": [
        ("All in all, how satisfied are you with how we put it right?", "Not at all", "Very"),
        ("What you got in the end was fair.", "Not at all", "Entirely"),
        ("The way there was fair: how long it took, and what was asked of you.", "Not at all", "Entirely"),
        ("You were treated with respect and understanding.", "Not at all", "Entirely"),
        ("How easy was it for you to have it put right?", "Very hard", "Very easy"),
        ("Would you come to us again?", "Certainly not", "Certainly"),
        ("What should we know?", "", ""),
    ],
    "de": [
        ("Wie zufrieden sind Sie insgesamt damit, wie wir es in Ordnung gebracht haben?", "Gar nicht", "Sehr"),
        ("Was Sie am Ende bekommen haben, war fair.", "Gar nicht", "Voll und ganz"),
        (
            "Der Weg dahin war fair: wie lange es dauerte und was von Ihnen verlangt wurde.",
            "Gar nicht",
            "Voll und ganz",
        ),
        ("Sie wurden mit Respekt und Verständnis behandelt.", "Gar nicht", "Voll und ganz"),
        ("Wie leicht war es für Sie, zu Ihrem Recht zu kommen?", "Sehr schwer", "Sehr leicht"),
        ("Würden Sie wieder zu uns kommen?", "Sicher nicht", "Ganz sicher"),
        ("Was sollten wir wissen?", "", ""),
    ],
    "fr": [
        (
            "Dans l’ensemble, êtes-vous satisfait de la façon dont nous avons réparé l’erreur ?",
            "Pas du tout",
            "Tout à fait",
        ),
        ("Ce que vous avez obtenu à la fin était juste.", "Pas du tout", "Tout à fait"),
        (
            "La démarche était juste : le temps que cela a pris et ce qui vous a été demandé.",
            "Pas du tout",
            "Tout à fait",
        ),
        ("Vous avez été traité avec respect et compréhension.", "Pas du tout", "Tout à fait"),
        ("Vous a-t-il été facile d’obtenir réparation ?", "Très difficile", "Très facile"),
        ("Reviendriez-vous chez nous ?", "Certainement pas", "Certainement"),
        ("Que devrions-nous savoir ?", "", ""),
    ],
    "es": [
        ("En general, ¿qué tan satisfecho está con la forma en que lo solucionamos?", "Nada", "Mucho"),
        ("Lo que obtuvo al final fue justo.", "Nada de acuerdo", "Del todo de acuerdo"),
        ("El camino fue justo: el tiempo que llevó y lo que se le pidió.", "Nada de acuerdo", "Del todo de acuerdo"),
        ("Le trataron con respeto y comprensión.", "Nada de acuerdo", "Del todo de acuerdo"),
        ("¿Qué tan fácil fue para usted lograr una solución?", "Muy difícil", "Muy fácil"),
        ("¿Volvería usted con nosotros?", "Seguro que no", "Seguro que sí"),
        ("¿Qué deberíamos saber?", "", ""),
    ],
}
# subject, message, heading, intro, thanks
CLOSURE = {
    "en": (
        "How did we do? Your case {case}",
        (
            "Hello {name},\n\nYour case {case} is closed. Before we call it settled, we would like to hear from you how it was. "
            "It takes about a minute, and you need not sign in:\n\n{link}\n\nThose who looked after you read every answer. "
            "If it is not put right for you, say so there, and we will call you.\n\n{company}\n\n"
            "You would rather not be asked? The same page has a button for that.\n"
        ),
        "How was it?",
        (
            "You told us that something had gone wrong (case {case}). How did we deal with it? "
            "Only the first question needs an answer."
        ),
        "Thank you for telling us. Those who looked after you will read it.",
    ),
    "de": (
        "Wie war es für Sie? Ihr Fall {case}",
        (
            "Guten Tag {name},\n\nIhr Fall {case} ist abgeschlossen. Bevor wir ihn zu den Akten legen, möchten wir von Ihnen "
            "hören, wie es war. Es dauert etwa eine Minute, eine Anmeldung ist nicht nötig:\n\n{link}\n\nWer sich um Sie "
            "gekümmert hat, liest jede Antwort. Ist es für Sie nicht in Ordnung gebracht, sagen Sie es dort, und wir rufen Sie "
            "an.\n\n{company}\n\nSie möchten nicht gefragt werden? Auf derselben Seite gibt es dafür einen Knopf.\n"
        ),
        "Wie war es?",
        (
            "Sie haben uns gesagt, dass etwas schiefgegangen war (Fall {case}). Wie sind wir damit umgegangen? "
            "Nur die erste Frage braucht eine Antwort."
        ),
        "Danke, dass Sie es uns sagen. Wer sich um Sie gekümmert hat, wird es lesen.",
    ),
    "fr": (
        "Comment cela s’est-il passé ? Votre dossier {case}",
        (
            "Bonjour {name},\n\nVotre dossier {case} est clos. Avant de le ranger, nous aimerions savoir comment cela s’est passé "
            "pour vous. Il suffit d’une minute, sans vous identifier :\n\n{link}\n\nCeux qui se sont occupés de vous lisent "
            "chaque réponse. Si ce n’est pas réparé à vos yeux, dites-le là, et nous vous appellerons.\n\n{company}\n\n"
            "Vous préférez ne pas être interrogé ? La même page a un bouton pour cela.\n"
        ),
        "Comment cela s’est-il passé ?",
        (
            "Vous nous avez dit que quelque chose n’allait pas (dossier {case}). Comment avons-nous réagi ? "
            "Seule la première question demande une réponse."
        ),
        "Merci de nous l’avoir dit. Ceux qui se sont occupés de vous le liront.",
    ),
    "es": (
        "¿Cómo lo hicimos? Su caso {case}",
        (
            "Hola {name}:\n\nSu caso {case} está cerrado. Antes de darlo por resuelto, queremos saber cómo le fue. "
            "Lleva un minuto y no hace falta iniciar sesión:\n\n{link}\n\nQuienes le atendieron leen cada respuesta. "
            "Si para usted no está resuelto, dígalo ahí y le llamaremos.\n\n{company}\n\n"
            "¿Prefiere que no le preguntemos? La misma página tiene un botón para eso.\n"
        ),
        "¿Cómo le fue?",
        (
            "Usted nos dijo que algo había salido mal (caso {case}). ¿Cómo lo atendimos? "
            "Solo la primera pregunta necesita respuesta."
        ),
        "Gracias por decírnoslo. Quienes le atendieron lo leerán.",
    ),
}
FOLLOW_UP = {
    "en": (
        "How is it now?",
        (
            "Hello {name},\n\nA few days ago you told us that we had let you down. We took that seriously, and would like to know "
            "how it is now. It takes a minute, and you need not sign in:\n\n{link}\n\n{company}\n\n"
            "You would rather not be asked? The same page has a button for that.\n"
        ),
        "How is it now?",
        (
            "A few days ago you told us that we had let you down. What has happened since may have changed that, or not. "
            "Only the first question needs an answer."
        ),
        "Thank you for telling us once more. It shows us whether what we do helps.",
    ),
    "de": (
        "Wie ist es jetzt?",
        (
            "Guten Tag {name},\n\nvor einigen Tagen haben Sie uns gesagt, dass wir Sie enttäuscht haben. Wir nehmen das ernst und "
            "möchten wissen, wie es jetzt ist. Es dauert eine Minute, eine Anmeldung ist nicht nötig:\n\n{link}\n\n{company}\n\n"
            "Sie möchten nicht gefragt werden? Auf derselben Seite gibt es dafür einen Knopf.\n"
        ),
        "Wie ist es jetzt?",
        (
            "Vor einigen Tagen haben Sie uns gesagt, dass wir Sie enttäuscht haben. Was seither geschah, mag das geändert haben "
            "oder nicht. Nur die erste Frage braucht eine Antwort."
        ),
        "Danke, dass Sie es uns noch einmal sagen. So sehen wir, ob hilft, was wir tun.",
    ),
    "fr": (
        "Et maintenant ?",
        (
            "Bonjour {name},\n\nIl y a quelques jours, vous nous avez dit que nous vous avions déçu. Nous l’avons pris au sérieux et "
            "aimerions savoir où vous en êtes. Il suffit d’une minute, sans vous identifier :\n\n{link}\n\n{company}\n\n"
            "Vous préférez ne pas être interrogé ? La même page a un bouton pour cela.\n"
        ),
        "Et maintenant ?",
        (
            "Il y a quelques jours, vous nous avez dit que nous vous avions déçu. Ce qui s’est passé depuis y a peut-être changé "
            "quelque chose, ou non. Seule la première question demande une réponse."
        ),
        "Merci de nous le dire encore une fois. Cela nous montre si ce que nous faisons aide.",
    ),
    "es": (
        "¿Cómo está ahora?",
        (
            "Hola {name}:\n\nHace unos días nos dijo que le habíamos fallado. Lo tomamos en serio y queremos saber cómo está ahora. "
            "Lleva un minuto y no hace falta iniciar sesión:\n\n{link}\n\n{company}\n\n"
            "¿Prefiere que no le preguntemos? La misma página tiene un botón para eso.\n"
        ),
        "¿Cómo está ahora?",
        (
            "Hace unos días nos dijo que le habíamos fallado. Lo que ha pasado desde entonces quizá lo haya cambiado, o no. "
            "Solo la primera pregunta necesita respuesta."
        ),
        "Gracias por decírnoslo otra vez. Así vemos si lo que hacemos ayuda.",
    ),
}


def forwards(apps, schema_editor):
    templates = apps.get_model("outreach", "SurveyTemplate").objects
    for kind, texts in (("closure", CLOSURE), ("follow_up", FOLLOW_UP)):
        for language, (subject, message, heading, intro, thanks) in texts.items():
            questions = {
                score: {"ask": ask, "low": low, "high": high}
                for score, (ask, low, high) in zip(SCORES, QUESTIONS[language], strict=True)
            }
            if kind == "follow_up":
                questions["satisfaction"]["ask"] = AGAIN[language]
            templates.create(
                kind=kind,
                language=language,
                subject=subject,
                message=message,
                heading=heading,
                intro=intro,
                questions=questions,
                thanks=thanks,
            )


AGAIN = {
    "en": "All in all, how satisfied are you now?",
    "de": "Wie zufrieden sind Sie jetzt insgesamt?",
    "fr": "Dans l’ensemble, êtes-vous satisfait à présent ?",
    "es": "En general, ¿qué tan satisfecho está ahora?",
}


def backwards(apps, schema_editor):
    apps.get_model("outreach", "SurveyTemplate").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_cases_by_closure"), ("outreach", "0009_mailboxes")]

    operations = [
        migrations.AlterModelOptions(
            name="surveytemplate",
            options={"ordering": ["kind", "language", "-id"]},
        ),
        migrations.RemoveConstraint(model_name="surveytemplate", name="one_survey_template_per_language"),
        migrations.AddField(
            model_name="surveytemplate",
            name="kind",
            field=models.CharField(
                choices=[("closure", "After the case was closed"), ("follow_up", "After a follow-up call")],
                default="closure",
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="surveytemplate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("active", True)),
                fields=("kind", "language"),
                name="one_survey_template_per_language",
            ),
        ),
        migrations.AddIndex(
            model_name="followupcall",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", False)),
                fields=["finished_at", "id"],
                name="calls_by_end",
            ),
        ),
        migrations.RunPython(forwards, backwards),
    ]
