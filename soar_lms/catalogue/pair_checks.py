"""The rules of parallel questions: the pre-test and the post-test measure the same by them.

What can be seen from the files is checked: objective, settings, and for forms also kind and number
of options. Whether two questions are equally hard in truth, only learners' answers can say.
"""

from __future__ import annotations

from collections.abc import Iterator

from soar_lms.catalogue.problems import Problems, did_you_mean
from soar_lms.catalogue.schema import Bank, PostTest, QuestionSpec
from soar_lms.catalogue.tree import ModuleTree, Tree
from soar_lms.catalogue.yaml_source import KeyPath, dotted

_FORMS: KeyPath = ("instruments", "pre", "forms")


def check_pairs(tree: Tree, module: ModuleTree, problems: Problems) -> None:
    """Report pairs of questions that do not fit, and forms that cannot be drawn."""
    before = len(problems.found)
    taken: dict[str, str] = {}
    for name, question in module.spec.questions.items():
        if question.parallel is None:
            continue
        first = taken.setdefault(question.parallel, name)
        if first != name:
            message = f'"{question.parallel}" is the counterpart of "{first}" already'
            _report(module, name, message, problems)
        for message in _pair_faults(module, question):
            _report(module, name, message, problems)
    pre = module.spec.instruments.pre
    if pre and pre.forms and len(problems.found) == before:
        for message in _form_faults(module):
            problems.error(
                module.document.file, module.document.mark(_FORMS), dotted(_FORMS), message
            )


def _report(module: ModuleTree, name: str, message: str, problems: Problems) -> None:
    path = ("questions", name, "parallel")
    problems.error(module.document.file, module.document.mark(path), dotted(path), message)


def _pair_faults(module: ModuleTree, question: QuestionSpec) -> Iterator[str]:
    questions, name = module.spec.questions, str(question.parallel)
    other = questions.get(name)
    if question.bank is not Bank.PRE:
        yield 'only a question of the bank "pre" names its counterpart'
    elif other is None:
        yield f'"{name}" is not a question of this module{did_you_mean(name, questions)}'
    elif other.bank is not Bank.POST:
        yield f'"{name}" must be of the bank "post", not "{other.bank}"'
    else:
        if other.objective != question.objective:
            yield f'"{name}" measures "{other.objective}", not "{question.objective}"'
        if set(other.settings or ()) != set(question.settings or ()):
            yield f'"{name}" is for other settings'


def _form_faults(module: ModuleTree) -> Iterator[str]:
    """Yield why the forms would not ask everybody equally much, or could not be drawn."""
    questions, post = module.spec.questions, module.spec.instruments.post
    pairs = [(name, item) for name, item in questions.items() if item.parallel]
    if post is None or not pairs:
        yield 'forms need a post-test, and questions with "parallel"'
        return
    for name, question in pairs:
        other = questions[str(question.parallel)]
        if (question.type, len(question.options)) != (other.type, len(other.options)):
            yield f'"{name}" and "{question.parallel}" differ in type or number of options'
    for setting in module.spec.settings:
        asked = [question for _, question in pairs if question.is_for(setting)]
        yield from _draw_faults(setting, asked, post)


def _draw_faults(setting: str, asked: list[QuestionSpec], post: PostTest) -> Iterator[str]:
    own = sum(question.settings is not None for question in asked)
    needed = len(asked) + max(0, post.from_setting - own)
    if not asked:
        yield f'"{setting}" has no parallel questions'
    if needed > post.draw:
        yield f'"{setting}" would be asked {needed} questions, but draw is {post.draw}'
