"""What the class's page does in a real Chromium when someone searches, sorts and filters, and without scripts."""

from __future__ import annotations

import dataclasses
import json

import pytest

from grader.exporters import html
from tests.exporters import samples
from tests.exporters.browser import BROWSER, ask

pytestmark = BROWSER

# Words for the probes: the names that a table shows from top to bottom, and what a reader does.
ACTS = """
const tables = [...page.querySelectorAll("table.students")], find = id => page.getElementById(id);
const shown = (k = 0) => [...tables[k].tBodies[0].rows].filter(row => row.getClientRects().length)
  .map(row => row.cells[0].innerText);
const column = (n, k = 0) => [...tables[k].tBodies[0].rows].map(row => row.cells[n].innerText.trim());
const event = (box, kind, value) => { box.value = value; box.dispatchEvent(new Event(kind)); };
const search = text => event(find("search"), "input", text), only = code => event(find("only"), "change", code);
const sort = (n, k = 0) => { const head = tables[k].tHead.rows[0].cells[n]; head.querySelector("button").click();
  return head.getAttribute("aria-sort"); };
"""


def people():
    """Six students: two of one first name, one of letters that are folded, one not graded."""
    scores = {"Müller, Ann": 12.0, "muller, bob": 3.5, "İpek": 75.0, "<b>Cy</b>": 0.0, "王小明": 32.0}
    graded = [dataclasses.replace(samples.mixed(), student=name, score=score) for name, score in scores.items()]
    return [*graded, samples.not_graded("Dan")]


def classroom() -> str:
    changes = {"İpek": 4.0, "muller, bob": 10.0, "王小明": -1.0, "Müller, Ann": 0.0}
    return html.index(people(), changes=changes, title="Class")


ORDER = ["<b>Cy</b>", "Dan", "İpek", "muller, bob", "Müller, Ann", "王小明"]


def test_without_scripts_all_rows_are_there_and_no_dead_controls():
    """All students in every table, no search box, no buttons; headings are plain text."""
    probe = """tables.forEach(table => { const fold = table.closest("details"); if (fold) fold.open = true; });
    return {shown: tables.map((_, k) => shown(k)), tools: find("tools").getClientRects().length,
      buttons: page.querySelectorAll("button").length, score: column(1)};"""
    seen = ask(classroom(), ACTS + probe, scripts=False)
    assert [sorted(names) for names in seen["shown"]] == [sorted(ORDER)] * 6
    assert (seen["tools"], seen["buttons"]) == (0, 0)
    assert "75 / 75" in seen["score"]


def test_search_finds_names_and_nothing_is_lost():
    """Accents and capitals do not matter, words may come in any order, markup is text; empty shows everyone again."""
    searches = ["MULLER", "ann mül", "ipek", "<b>", "小明", "nobody", ""]
    probe = f"""return {json.dumps(searches)}.map(text => {{
      search(text); return [shown(), find("said").textContent]; }});"""
    found = ask(classroom(), ACTS + probe)
    assert [sorted(names) for names, _ in found] == [
        ["Müller, Ann", "muller, bob"],
        ["Müller, Ann"],
        ["İpek"],
        ["<b>Cy</b>"],
        ["王小明"],
        [],
        sorted(ORDER),
    ]
    assert found[0][1] == "2 of 6 students shown"


def test_filters_show_what_they_say_and_join_the_search():
    """Changed, up, down, needs attention; together with a search both must hold."""
    codes = ["attention", "broken", "ungraded", "changed", "up", "down", ""]
    probe = f"""const seen = {json.dumps(codes)}.map(code => {{ only(code); return shown().sort(); }});
    search("mu"); only("broken"); return [...seen, shown().sort()];"""
    found = ask(classroom(), ACTS + probe)
    broken = sorted(set(ORDER) - {"Dan"})  # the sample uses torch
    both = ["Müller, Ann", "muller, bob"]
    up = ["muller, bob", "İpek"]
    assert found == [sorted(ORDER), broken, ["Dan"], [*up, "王小明"], up, ["王小明"], sorted(ORDER), both]


def test_sort_goes_both_ways_and_what_has_no_number_is_last():
    """By score, by change and by name; the heading says which way, and one heading only."""
    probe = """const ways = [];
    const by = n => { ways.push(sort(n)); return column(n); };
    return {score: [by(1), by(1)], change: [by(2), by(2)], name: [by(0), by(0)], ways,
      sorted: page.querySelectorAll("[aria-sort]").length};"""
    seen = ask(classroom(), ACTS + probe)
    scores = [f"{score} / 75" for score in ("0", "3.5", "12", "32", "75")]
    assert seen["score"] == [[*scores, "not graded"], [*scores[::-1], "not graded"]]
    changes = ["down 1", "unchanged", "up 4", "up 10"]
    assert seen["change"] == [[*changes, "–", "–"], [*changes[::-1], "–", "–"]]
    assert seen["name"][1] == seen["name"][0][::-1]
    assert seen["ways"] == ["ascending", "descending"] * 3
    assert seen["sorted"] == 1


@pytest.mark.parametrize("unfolded", ["before", "after", "in print"])
def test_the_tables_of_checks_follow(unfolded):
    """Order and filter hold in them, whether they are unfolded before, after or by printing; their columns sort too."""
    unfold = """tables[3].closest("details").open = true;"""
    told = """tables[3].closest("details").dispatchEvent(new Event("toggle"));"""  # which a browser does a little later
    act = 'sort(1); sort(1); search("m");'
    printed = "page.defaultView.dispatchEvent(new Event('beforeprint'));"
    steps = {"before": unfold + act, "after": act + unfold + told, "in print": act + printed + unfold}[unfolded]
    probe = steps + "const first = [shown(), shown(3)]; search(''); sort(1, 3); return [...first, column(1, 3)];"
    main, checks, ends = ask(classroom(), ACTS + probe)
    assert main == checks == ["Müller, Ann", "muller, bob"]
    assert ends == ["Timed out"] * 5 + ["–"]


def test_headings_are_reached_and_pressed_by_the_keyboard():
    """They are buttons, in the order of the page, after the search box and the filter."""
    probe = """const all = [...page.querySelectorAll("input, select, thead button")].filter(one => one.tabIndex === 0);
    const button = all[3]; button.focus();
    return {kinds: all.slice(0, 4).map(one => one.tagName), focused: page.activeElement === button,
      labels: [...page.querySelectorAll("#tools label")].map(label => label.control !== null)};"""
    seen = ask(classroom(), ACTS + probe)
    assert seen["kinds"] == ["INPUT", "SELECT", "BUTTON", "BUTTON"]
    assert seen["focused"]
    assert seen["labels"] == [True, True]


def test_another_script_does_not_run():
    """If markup got in after all, the page's policy stops it: only our own script runs."""
    page = classroom().replace("</h1>", "</h1><script>document.title = 'owned'</script>", 1)
    page = page.replace("<main>", "<main><img src=x onerror=\"document.title = 'owned'\">", 1)
    assert ask(page, "return [page.title, page.querySelectorAll('thead button').length > 0];") == [
        "Class",
        True,
    ]
