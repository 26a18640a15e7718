"""`redress letters preview`: every letter of a rule pack and a language as files that people can look at."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from markupsafe import Markup

from infra import settings
from infra.languages import PACKAGE, compile_catalogues
from infra.ops.asked import UsageError
from infra.ops.letter_examples import EXAMPLES, Example, asked_by_mail, risen
from infra.ops.letter_stories import PORTAL, REGION, NeverOwed, Story, told_by_form, told_by_mail
from redress.domain.correspondence import TO_STAFF
from redress.domain.errors import NotAllowedByPack
from redress.domain.packs import known
from redress.domain.values import Value
from redress.language import CODES, SOURCE
from redress.letters.blocks import LetterIncomplete
from redress.region import Region
from redress.usecases.ports import Mail

INDEX, CONTENTS = "index.html", ".redress-letters"
"""The list of what a preview wrote: it says that a folder is one, and what of it may be replaced."""


class Deployment(Value):
    """What letters are written for: a region, the address of its portal, and whether it reads mail."""

    region: Region
    portal: str
    answers_read: bool


EXAMPLE = Deployment(region=REGION, portal=PORTAL, answers_read=True)


class Shown(Value):
    """A letter of the preview: the mail; None where it does not go out, and then `lacks` says why."""

    pack: str
    language: str
    name: str
    mail: Mail | None
    lacks: str = ""

    def path(self, ending: str) -> str:
        """Where it lies in the folder."""
        return f"{self.pack}/{self.language}/{self.name}.{ending}"


class Question(Value):
    """What to show: all packs of the region, or all languages, where none is named."""

    folder: Path
    region_file: Path | None
    pack: str | None
    language: str | None


def print_preview(question: Question) -> int:
    """Write the folder and say what is in it; 1 if a letter would not go out.

    Raises UsageError for a folder that holds anything else, and for a pack or language that is not there.
    """
    deployment = EXAMPLE if question.region_file is None else _deployed(question.region_file)
    packs, languages = _packs(deployment.region, question.pack), _languages(question.language)
    earlier = _earlier(question.folder)
    compile_catalogues(PACKAGE)
    letters = [
        one for pack in packs for language in languages for one in _letters(deployment, pack, language)
    ]
    _write(question.folder, earlier, letters)
    held_back = [one for one in letters if one.mail is None]
    for one in held_back:
        print(f"{one.pack} {one.language} {one.name}: {one.lacks}")
    print(f"{len(letters) - len(held_back)} letters: {question.folder / INDEX}")
    return 1 if held_back else 0


def _deployed(path: Path) -> Deployment:
    try:
        found = settings.load(path)
    except settings.SettingsError as error:
        raise UsageError("; ".join(str(error).splitlines())) from error
    portal = found.portal.base_url or PORTAL
    return Deployment(region=found.operator, portal=portal, answers_read=found.mail.inbound)


def _packs(region: Region, wanted: str | None) -> Sequence[str]:
    there = [pack for pack in known() if any(pack in brand.jurisdictions for brand in region.brands)]
    if wanted is None:
        return there
    if wanted not in there:
        raise UsageError(f"no brand of the region works under {wanted!r}: choose one of {', '.join(there)}")
    return [wanted]


def _languages(wanted: str | None) -> Sequence[str]:
    if wanted is None:
        return CODES
    if wanted not in CODES:
        raise UsageError(f"letters are not written in {wanted!r}: choose one of {', '.join(CODES)}")
    return [wanted]


def _letters(deployment: Deployment, pack: str, language: str) -> Iterator[Shown]:
    """Those of one pack in one language, by name. Staff get theirs in English alone."""
    shown = partial(Shown, pack=pack, language=language)
    for name, example in sorted(EXAMPLES.items()):
        if _applies(example, deployment.region, language):
            try:
                mail = _mail(deployment, pack, language, example)
            except (NeverOwed, NotAllowedByPack):  # the pack knows no such letter
                continue
            except LetterIncomplete as incomplete:
                yield shown(name=name, mail=None, lacks=str(incomplete))
            else:
                yield shown(name=name, mail=mail)
    consultation = asked_by_mail(deployment.region, pack, language, deployment.portal)
    yield shown(name="consultation", mail=consultation)
    if language == SOURCE:
        yield shown(name="rise", mail=risen(deployment.region, pack))


def _applies(example: Example, region: Region, language: str) -> bool:
    if example.training and region.training_mailbox is None:
        return False
    return example.kind not in TO_STAFF or language == SOURCE


def _mail(deployment: Deployment, pack: str, language: str, example: Example) -> Mail:
    region = deployment.region
    if example.by_mail:
        told = told_by_mail(region, pack, language)
    else:
        told = told_by_form(region, pack, language=language, training=example.training)
    story = example.tell(Story(told, region))
    return story.render(example.kind, deployment.portal, answers_read=deployment.answers_read)


def _earlier(folder: Path) -> Sequence[str]:
    """What an earlier preview left in the folder. Raises UsageError when there is anything else in it."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is no folder: name another one")
    if folder.exists() and any(folder.iterdir()) and not (folder / CONTENTS).is_file():
        raise UsageError(f"{folder} is not empty and no earlier preview: name another folder")
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}
    contents = folder / CONTENTS
    ours = contents.read_text(encoding="utf-8").splitlines() if contents.is_file() else []
    others = sorted(there - {CONTENTS, *ours})
    if others:
        raise UsageError(f"{folder} holds {others[0]!r}, which is no preview: name an empty folder")
    return sorted(there)


def _write(folder: Path, earlier: Iterable[str], letters: Sequence[Shown]) -> None:
    """The files of the letters in place of those of an earlier preview. The list of them goes last."""
    files = {
        **{one.path("html"): one.mail.html for one in letters if one.mail},
        **{one.path("txt"): one.mail.text for one in letters if one.mail},
        INDEX: str(_index(letters)),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONTENTS).write_text("".join(f"{name}\n" for name in sorted({*earlier, *files} - {CONTENTS})))
    for name in earlier:
        if name not in files and name != CONTENTS:
            (folder / name).unlink()
            _remove_empty(folder, (folder / name).parent)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    (folder / CONTENTS).write_text("".join(f"{name}\n" for name in sorted(files)))


def _remove_empty(folder: Path, inner: Path) -> None:
    while inner != folder and not any(inner.iterdir()):
        inner.rmdir()
        inner = inner.parent


_STYLE = Markup("""
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; font: 16px/1.5 system-ui, sans-serif; }
section { overflow-x: auto; }
nav ul { columns: 14rem; padding-left: 1.25rem; }
table { width: 100%; border-collapse: collapse; margin-bottom: 2rem; }
caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; }
th, td { border-bottom: 1px solid #8886; }
td { white-space: nowrap; }
td:nth-child(2), td[colspan] { white-space: normal; min-width: 16rem; }
""")


def _index(letters: Sequence[Shown]) -> Markup:
    """The page that lists them, by pack and language, with what a mail program shows above a letter."""
    groups: dict[tuple[str, str], list[Shown]] = {}
    for one in letters:
        groups.setdefault((one.pack, one.language), []).append(one)
    contents = Markup("\n").join(
        Markup('<li><a href="#{0}-{1}">{0}, {1}</a> ({2})</li>').format(pack, language, len(group))
        for (pack, language), group in groups.items()
    )
    tables = Markup("\n").join(_table(pack, language, group) for (pack, language), group in groups.items())
    return Markup(
        "<!doctype html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<title>Letters of Redress</title>\n<style>{0}</style>\n</head>\n<body>\n<main>\n"
        "<h1>Letters</h1>\n"
        "<p>Each as a person gets it, about an example. What handlers write stays in English.</p>\n"
        '<nav aria-label="Packs and languages">\n<ul>\n{1}\n</ul>\n</nav>\n{2}\n</main>\n</body>\n</html>\n'
    ).format(_STYLE, contents, tables)


def _table(pack: str, language: str, group: Sequence[Shown]) -> Markup:
    rows = Markup("\n").join(_row(one) for one in group)
    return Markup(
        '<section id="{0}-{1}">\n<table>\n<caption>{0}, {1}</caption>\n'
        '<thead><tr><th scope="col">Letter</th><th scope="col">Subject</th><th scope="col">From</th>'
        '<th scope="col">To</th><th scope="col">Text</th></tr></thead>\n<tbody>\n{2}\n</tbody>\n</table>\n'
        "</section>"
    ).format(pack, language, rows)


def _row(one: Shown) -> Markup:
    name = one.name.replace("_", " ")
    if one.mail is None:
        return Markup(
            '<tr><th scope="row">{}</th><td colspan="4"><strong>Does not go out.</strong> {}</td></tr>'
        ).format(name, one.lacks)
    headers = Markup("").join(
        Markup("<td>{}</td>").format(value) for value in (one.mail.subject, one.mail.sender, one.mail.to)
    )
    return Markup('<tr><th scope="row"><a href="{}">{}</a></th>{}<td><a href="{}">text</a></td></tr>').format(
        one.path("html"), name, headers, one.path("txt")
    )
