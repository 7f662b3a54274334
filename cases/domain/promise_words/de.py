from cases.domain.promise_words.wording import Wording
from cases.enums import Channel

GERMAN = Wording(
    language="de",
    ways={
        Channel.PHONE: "Sie {more} anrufen",
        Channel.VIDEO: "Sie {more} per Video anrufen",
        Channel.EMAIL: "Ihnen {more} schreiben",
        Channel.CHAT: "Ihnen {more} im Chat schreiben",
        Channel.SOCIAL: "Ihnen {more} schreiben",
        Channel.POST: "Ihnen {more} einen Brief schreiben",
        Channel.IN_PERSON: "Sie {more} persönlich sprechen",
    },
    way_else="Ihnen {more} Bescheid geben",
    will="{who} wird {does}",
    we_will="Wir werden {does}",
    as_asked="Wie Sie es gewünscht haben: {promised}",
    about="zu Ihrem Fall {case} {when}",
    their_time="{when} (Ihre Zeit in {city})",
    both_times="{when} (Ihre Zeit in {city}; in {city_there} {when_there})",
    greeting="Guten Tag {name},",
    greeting_unnamed="Guten Tag,",
    opened_subject="Wir kümmern uns darum: Ihr Fall {case}",
    opened="Danke, dass Sie es uns gesagt haben. Es tut uns leid, dass das geschehen ist. Wir haben dazu den Fall {case} "
    "angelegt.",
    looks_after="{who} kümmert sich persönlich darum und ist für Sie da, bis alles in Ordnung gebracht ist.",
    team="Das Kundenteam von {unit}",
    hear_by="Sie hören von uns bis {time} Uhr (Ihre Zeit in {city}).",
    mention="Sie müssen nichts noch einmal erzählen: Mit wem Sie auch sprechen, bei uns sieht jeder die ganze Geschichte. "
    "Nennen Sie einfach {case}.",
    another="Wenn Ihnen eine andere Zeit besser passt, wählen Sie sie hier, ohne Anmeldung:",
    not_again="Sie müssen nichts noch einmal erzählen: Mit wem Sie auch sprechen, bei uns sieht jeder die ganze Geschichte.",
    title="Wann Sie von uns hören",
    saved="Vielen Dank. Ihre Zeit ist vorgemerkt, und wir haben sie Ihnen geschrieben.",
    late_heading="Wir sind zu spät, und das tut uns leid",
    late="Wir wollten {does} (Ihre Zeit).",
    told="{who} weiß Bescheid.",
    need_not_wait="Sie müssen nicht darauf warten: Wählen Sie eine Zeit, die Ihnen passt.",
    your_time="Ihre Zeit, in {city}",
    better="Passt Ihnen eine andere Zeit besser? Wählen Sie sie unten. Sie müssen nichts begründen.",
    may="Wann dürfen wir {does}?",
    once_more="wieder",
    in_touch="Am {day} waren wir miteinander in Kontakt. Wenn noch etwas offen ist, wählen Sie, wann Sie von uns hören "
    "möchten.",
    nothing="Im Augenblick ist nichts vereinbart. Wählen Sie, wann Sie von uns hören möchten.",
    your_case="Ihr Fall ist {case}.",
    other="Eine andere Zeit",
    other_hint="Wenn Sie hier Tag und Uhrzeit angeben, gelten diese statt einer Zeit, die Sie oben gewählt haben. Wir sind "
    "für Sie da: {hours}.",
    day="Tag",
    time="Uhrzeit",
    anything="Was wir wissen sollten (freiwillig)",
    move="Auf diese Zeit verlegen",
    choose="Diese Zeit wählen",
    clock="Alle Zeiten gelten nach Ihrer Uhr in {city}; dort ist es jetzt {time} Uhr.",
    choose_one="Bitte wählen Sie eine der Zeiten, oder geben Sie unten eine andere an.",
    just_gone="Diese Zeit ist gerade vorbei. Bitte wählen Sie eine andere.",
    day_needed="An welchem Tag? Bitte geben Sie ihn dazu an.",
    time_needed="Um wie viel Uhr? Bitte geben Sie auch die Uhrzeit an.",
    no_day="Diesen Tag können wir nicht lesen. Bitte schreiben Sie ihn so: 2026-03-24.",
    no_time="Diese Uhrzeit können wir nicht lesen. Bitte schreiben Sie sie so: 15:30.",
    too_long="Das ist mehr, als wir aufnehmen können. Bitte kürzen Sie es auf höchstens {most} Zeichen.",
    refusals={
        "due_in_past": "Diese Zeit ist schon vorbei. Bitte wählen Sie eine, die noch vor uns liegt.",
        "due_too_far": "Das ist mehr als ein Jahr voraus. Bitte wählen Sie eine nähere Zeit.",
        "skipped_time": "Diese Uhrzeit gibt es an dem Tag nicht, weil die Uhren vorgestellt werden. Bitte wählen Sie eine "
        "andere.",
        "closed_then": "Dann ist niemand von uns da. Wir sind für Sie da: {hours}. Bitte wählen Sie oben eine der Zeiten, oder "
        "geben Sie eine andere an.",
    },
    refused="Diese Zeit konnten wir nicht aufnehmen. Bitte wählen Sie eine andere, oder rufen Sie uns an: Bei uns sieht jeder "
    "Ihre ganze Geschichte.",
    broken="Dieser Link ist nicht vollständig",
    broken_text="Vielleicht ist unterwegs ein Teil verloren gegangen. Bitte öffnen Sie ihn noch einmal aus unserer Nachricht, "
    "oder kopieren Sie ihn ganz.",
    broken_else="Sie können auch auf die Nachricht antworten oder uns anrufen: Bei uns sieht jeder Ihre ganze Geschichte.",
)
