"""The admin screen: tabs over tables, a line to type in, one key an action."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

from textual.binding import Binding
from textual.events import Key, Paste

from oo_cli.adapters.watch import Watch
from oo_cli.engine.told import counted
from oo_cli.house import House
from oo_cli.tui.ink import Ink
from oo_cli.tui.inspect import line as typing
from oo_cli.tui.inspect import view as page
from oo_cli.tui.inspect.canvas import Canvas
from oo_cli.tui.inspect.view import View
from oo_cli.tui.quiet import QuietApp
from oo_cli.usecases.follow import places
from oo_cli.usecases.inspect.save import save
from oo_cli.usecases.inspect.sheet import PAGE, Act, Ask, Sheet, Tab
from oo_cli.usecases.surface import Session
from oo_data.errors import OoError
from oo_data.text import show

T = TypeVar("T")
Places = tuple[tuple[str, str], ...]  # files by folder and name
FOLLOWED = 1000  # rows beyond which what was paged in is not read anew by itself
KEYS = (
    ("1 to 7, Tab", "another tab"),
    ("up, down", "another row"),
    ("PgUp, PgDn", "a screenful"),
    ("Home, End", "first, last row"),
    ("Enter", "all of a row"),
    ("/", "find"),
    ("r", "read again"),
    ("e", "save as JSON"),
    ("Escape", "back"),
    ("q", "quit"),
)


class Inspect(QuietApp):
    """Seven tables and what can be done to their rows. It reads when asked to; the log alone is followed."""

    canvas: Canvas
    INSTEAD = "oo inspect --json"
    BINDINGS: ClassVar = [
        Binding(keys, action, show=False, priority=True)
        for keys, action in (
            *((str(number), f"tab({number - 1})") for number in range(1, 10)),
            ("tab,right,l", "turn(1)"),
            ("shift+tab,left,h", "turn(-1)"),
            ("up,k", "move(-1)"),
            ("down,j", "move(1)"),
            ("pageup,ctrl+b", "move(-1, True)"),
            ("pagedown,space,ctrl+f", "move(1, True)"),
            ("home,g", "end(False)"),
            ("end,G", "end(True)"),
            ("enter", "detail"),
            ("slash", "find"),
            ("e", "save"),
            *((key, f"act('{key}')") for key in "rosu"),
            ("question_mark", "keys"),
            ("escape", "close"),
            ("q", "leave"),
            ("ctrl+c,ctrl+q", "quit"),
            ("ctrl+z", "suspend_process"),
        )
    ]

    def __init__(
        self,
        work: Session,
        tabs: Sequence[Tab],
        ink: Ink,
        *,
        tab: int = 0,
        find: str = "",
        encoding: str = "utf-8",
    ) -> None:
        super().__init__()
        self._work = work
        self._tabs = tuple(tabs)
        self._then: Callable[[str], None] | None = None
        blocks = encoding.lower().replace("-", "") == "utf8"
        view = View(tuple(tab.id for tab in self._tabs), self._tabs[tab].columns, tab, find=find, blocks=blocks)
        self.canvas = Canvas(view, encoding, ink)

    def begin(self) -> None:
        """Follow the log, and read the first tab."""
        self._watch = Watch(self._hear)
        self._show(self.canvas.view.tab)

    def come_back(self) -> None:
        """Read the tab in sight anew."""
        self._read()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a line is typed every key belongs to it, but for the ways out."""
        return self.canvas.view.line is None or action in ("quit", "suspend_process")

    # Keys

    def action_tab(self, at: int) -> None:
        """Go to a tab by its number."""
        if at < len(self._tabs):
            self._show(at)

    def action_turn(self, by: int) -> None:
        """Go to the tab beside this one, round the ends."""
        self._show((self.canvas.view.tab + by) % len(self._tabs))

    def action_move(self, by: int, screenful: bool = False) -> None:
        """Go to another row, or scroll what is open."""
        view, (columns, rows) = self.canvas.view, self.canvas.size
        if view.detail or view.keys:
            self.canvas.view = page.scrolled(view, by * (max(rows - 4, 1) if screenful else 1), columns, rows)
        else:
            step = page.table_rows(view, rows) if screenful else 1
            self._go(view.at + by * step)

    def action_end(self, last: bool) -> None:
        """Go to the first row, or to the last of those read so far."""
        view, (columns, rows) = self.canvas.view, self.canvas.size
        if view.detail or view.keys:
            self.canvas.view = page.scrolled(view, 10_000 if last else -10_000, columns, rows)
        else:
            self._go(len(view.sheet.rows) if view.sheet and last else 0)

    def action_detail(self) -> None:
        """Open all of the row at hand."""
        view, tab = self.canvas.view, self._tab
        if view.detail or view.keys or view.sheet is None or not view.sheet.rows:
            return
        row = view.sheet.rows[view.at]
        self._begin(lambda house: tab.detail(house, row), lambda lines: self._change(detail=tuple(lines), scroll=0))

    def action_find(self) -> None:
        """Type what the rows are to hold."""
        self._change(detail=(), keys=())
        self._type("find", self.canvas.view.find, self._find)

    def action_save(self) -> None:
        """Type where this tab is to be saved."""
        self._type("save as", f"oo-{self._tab.id}.json", self._save)

    def action_act(self, key: str) -> None:
        """Do what this tab has on that key to the row at hand; `r` reads again where it has nothing."""
        view = self.canvas.view
        act = next((act for act in self._tab.acts if act.key == key), None)
        if act is None:
            if key == "r":
                self._read(thorough=True)
            return
        if view.sheet is None or not view.sheet.rows or view.keys:
            return
        row = view.sheet.rows[view.at]
        if act.asks:
            self._type(f"{act.asks} of {row.key}", row.cells[act.from_cell], lambda text: self._do(act, row.key, text))
        else:
            self._do(act, row.key, "")

    def action_keys(self) -> None:
        """Show or put away the keys."""
        acts = tuple((act.key, act.label) for act in self._tab.acts)
        own = {key for key, _ in acts}
        keys = (*(known for known in KEYS if known[0] not in own), *acts)
        self._change(keys=() if self.canvas.view.keys else keys, detail=(), scroll=0)

    def action_close(self) -> None:
        """Back by one step: what is open, then what is looked for."""
        view = self.canvas.view
        if view.detail or view.keys:
            self._change(detail=(), keys=(), scroll=0, note="")
        elif view.find:
            self._find("")
        else:
            self._change(note="")

    def action_leave(self) -> None:
        """Leave the screen."""
        self.exit()

    # The line being typed

    def on_key(self, event: Key) -> None:
        """Let the line have the key."""
        line = self.canvas.view.line
        if line is None:
            return
        event.stop()
        if event.key in ("escape", "enter"):
            self._change(line=None)
            if event.key == "enter" and self._then is not None:
                self._then(line.text)
        elif event.is_printable and event.character:
            self._change(line=typing.typed(line, event.character))
        else:
            self._change(line=typing.pressed(line, event.key))

    def on_paste(self, event: Paste) -> None:
        """Take pasted words into the line; without one they are nobody's."""
        if self.canvas.view.line is not None:
            self._change(line=typing.typed(self.canvas.view.line, event.text))

    def _type(self, prompt: str, text: str, then: Callable[[str], None]) -> None:
        self._then = then
        self._change(line=typing.started(prompt, text), note="")

    def _find(self, text: str) -> None:
        self._change(find=text.strip(), at=0, top=0)
        self._read()

    def _save(self, path: str) -> None:
        if not path.strip():
            return
        tab, find = self._tab, self.canvas.view.find
        self._begin(
            lambda house: save(house, tab, find, path),
            lambda count: self._change(note=f"{counted(count, 'rows')} saved, readable by you only: {path.strip()}"),
        )

    def _do(self, act: Act, key: str, text: str) -> None:
        self._change(note=f"{act.label} \u2026")

        def done(said: str) -> None:
            self._change(note=said, detail=())
            self._read()

        self._begin(lambda house: act.do(house, key, text), done)

    # Reading

    @property
    def _tab(self) -> Tab:
        return self._tabs[self.canvas.view.tab]

    def _show(self, at: int) -> None:
        """Turn to a tab; what was looked for belongs to the one before."""
        view, tab = self.canvas.view, self._tabs[at]
        find = view.find if at == view.tab else ""
        self.canvas.view = View(
            view.tabs, tab.columns, at, find=find, acts=tuple((act.key, act.label) for act in tab.acts),
            blocks=view.blocks,
        )  # fmt: skip
        self._read()

    def _read(self, thorough: bool = False) -> None:
        """Read the tab anew, as many rows of it as there were."""
        view, tab = self.canvas.view, self._tab
        known = len(view.sheet.rows) if view.sheet else 0
        ask = Ask(min(max(known, PAGE), FOLLOWED), view.find, thorough=thorough)

        def read(house: House) -> tuple[Sheet, Places]:
            return tab.read(house, ask), places(house) if tab.follows_log else ()

        self._begin(read, lambda found: self._fill(tab, ask, *found))

    def _fill(self, tab: Tab, ask: Ask, sheet: Sheet, watched: Places) -> None:
        """Take in what was read, unless the person has turned away meanwhile; the row at hand stays at hand."""
        view = self.canvas.view
        if tab is not self._tab or ask.find != view.find:
            return
        if self._watch is not None:
            self._watch.follow(watched)
        at = view.at
        if view.sheet is not None and view.sheet.rows and at:
            held = view.sheet.rows[at].key
            at = next((place for place, row in enumerate(sheet.rows) if row.key == held), at)
        top = view.top + at - view.at
        self.canvas.view = page.moved(replace(view, sheet=sheet, top=max(top, 0)), at, self.canvas.size.height)

    def _go(self, to: int) -> None:
        """Have another row at hand; near the end of what was read, read on."""
        view = page.moved(self.canvas.view, to, self.canvas.size.height)
        self.canvas.view = replace(view, note="")
        sheet, tab = view.sheet, self._tab
        if sheet is None or not sheet.more or view.at < len(sheet.rows) - PAGE // 4:
            return
        ask = Ask(PAGE, view.find, sheet.rows[-1].key)
        self._begin(lambda house: tab.read(house, ask), lambda more: self._append(tab, ask, more))

    def _append(self, tab: Tab, ask: Ask, more: Sheet) -> None:
        view = self.canvas.view
        sheet = view.sheet
        # The same page may have been asked for twice: it goes only where it belongs.
        if tab is self._tab and ask.find == view.find and sheet is not None and sheet.rows[-1].key == ask.after:
            self._change(sheet=sheet._replace(rows=sheet.rows + more.rows, more=more.more))

    def _hear(self) -> None:
        """Something was written: read anew, unless too much was paged in for that, or another tab is in sight."""
        sheet = self.canvas.view.sheet
        if self._tab.follows_log and (sheet is None or len(sheet.rows) <= FOLLOWED):
            self._read()

    def _begin(self, work: Callable[[House], T], then: Callable[[T], None]) -> None:
        """Have work done beside the screen; an error of ours is told in its place."""

        async def attempt() -> None:
            try:
                result = await self._work.run(work)
            except OoError as error:
                self._change(note=show(error.line()))
                return
            then(result)

        self.run_worker(attempt())

    def _change(self, **fields: Any) -> None:
        self.canvas.view = replace(self.canvas.view, **fields)
