"""What an explorer says of its kernel, and what another view or run of it shows."""

import pytest
from lab import Lab, Notebook
from reader import (
    EXECUTE,
    KERNEL,
    PICTURES,
    halted,
    press_and_see,
    revive,
    run_explorers,
    sign,
    small_and_trained,
    training,
    wait_for,
)

from scorelab.explore.plotly_page import BUNDLE, FIGURE
from scorelab.explore.scripts import text


@pytest.fixture
def notebook(two_layer_network: Notebook) -> Notebook:
    """Its explorer in sight and its kernel alive."""
    revive(two_layer_network)
    return two_layer_network


#: It answers nothing more, until it is killed.
FREEZE = "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"


def test_after_a_restart_it_says_so_and_holds_its_controls(notebook: Notebook) -> None:
    panel, tools = (notebook.explorer.locator(f".sl-{part}") for part in ("quiz-panel", "tools"))
    locked = panel.locator("[aria-disabled=true]")
    notebook.press("quiz", "Enter")
    run = f"code => {{ {KERNEL}.session.kernel.requestExecute({{code}}) }}"
    notebook.page.evaluate(run, FREEZE)
    notebook.page.wait_for_timeout(500)
    panel.locator(".sl-option-0").press("Space")
    assert locked.count() > 1
    notebook.page.evaluate(f"() => {{ {KERNEL}.restartKernel() }}")
    wait_for(lambda: "restarted" in sign(notebook, "gone"))
    assert locked.count() == 0  # nobody has answered
    assert all(part.evaluate("part => part.inert") for part in (panel, tools))
    before = notebook.page.locator(".sl-stop .widget-readout").text_content()
    notebook.press("stop", "ArrowRight")
    assert notebook.page.locator(".sl-stop .widget-readout").text_content() == before


NO_ROOM = """() => {
    window.decodes = Image.prototype.decode
    Image.prototype.decode = () => Promise.reject(new Error('no room'))
}"""


def test_a_picture_that_cannot_be_made_is_told(notebook: Notebook) -> None:
    notebook.page.evaluate(NO_ROOM)
    notebook.press("save", "Enter")
    said = notebook.explorer.locator(".sl-said")
    wait_for(lambda: said.text_content() == "No picture: no room")
    notebook.page.evaluate("() => { Image.prototype.decode = window.decodes }")
    assert notebook.errors == []


def test_when_the_kernel_was_shut_down_it_says_so(notebook: Notebook) -> None:
    notebook.page.evaluate(f"() => {KERNEL}.shutdown()")
    wait_for(lambda: "ended" in sign(notebook, "gone"))


def test_when_the_kernel_has_died_it_says_so(notebook: Notebook) -> None:
    code = "import os; os._exit(1)"
    notebook.page.evaluate(f"code => {{ {KERNEL}.session.kernel.requestExecute({{code}}) }}", code)
    wait_for(lambda: "restarted" in sign(notebook, "gone"))
    notebook.page.locator(".jp-Dialog .jp-mod-accept").click()  # JupyterLab says so, too


def test_an_interrupt_halts_the_training(notebook: Notebook) -> None:
    training(notebook)
    notebook.interrupt()
    wait_for(lambda: "Interrupted" in sign(notebook, "note"))
    count = halted(notebook)
    notebook.press("train", "Space")
    wait_for(lambda: notebook.text("count") != count)
    wait_for(lambda: sign(notebook, "note") == "")


#: What another page of the same kernel does, which has counted further than this one.
ELSEWHERE = """from scorelab.explore.owner import hand
from scorelab.explore.page import Page
from ipywidgets.widgets.widget import _instances
for page in list(_instances.values()):
    if isinstance(page, Page):
        hand(page.set_state, {"moved": page.moved + 10})"""


def test_what_is_answered_to_another_page_leaves_no_sign_on_this_one(notebook: Notebook) -> None:
    small_and_trained(notebook)
    busy = "document.querySelector('.sl-explorer').ariaBusy"
    for _ in range(2):
        press_and_see(notebook)
        notebook.page.evaluate(EXECUTE, ELSEWHERE)
        notebook.page.wait_for_timeout(500)
        assert notebook.page.evaluate(busy) == "false"
        assert sign(notebook, "working") == ""


def test_a_second_view_and_a_second_run(notebook: Notebook) -> None:
    small_and_trained(notebook)
    notebook.page.evaluate("jupyterapp.commands.execute('notebook:create-output-view')")
    figures = notebook.page.locator(".js-plotly-plot:has(.main-svg)")
    wait_for(lambda: figures.count() == 2)
    notebook.settle(timeout=15)  # two views of different width: they do not take turns
    press_and_see(notebook)
    wait_for(lambda: notebook.page.evaluate(PICTURES) == 1)
    notebook.page.evaluate("jupyterapp.commands.execute('notebook:run-cell')")
    wait_for(
        lambda: notebook.page.locator(".sl-stop .widget-readout").first.text_content() == "100"
    )
    notebook.settle()
    press_and_see(notebook)
    assert notebook.errors == []


#: The signs of an explorer, its other half played by hand: `view` shows it, `close` ends that.
BY_HAND = """code => {
    document.body.innerHTML = '<div class="sl-explorer"><div></div><button>1</button></div>'
    const signs = Function(code + '; return signs')()
    const explorer = document.querySelector('.sl-explorer')
    const state = {moved: 0, answered: 0, note: ''}, heard = new Set()
    const model = {
        get: (name) => state[name],
        set: (name, value) => { state[name] = value },
        save_changes() {},
        on: (event, f) => event === 'change:answered' && heard.add(f),
        off: (event, f) => heard.delete(f),
    }
    let view
    Object.assign(window, {
        view() {
            view = new AbortController()
            signs(model, explorer.firstChild, explorer, view.signal)
        },
        close: () => view.abort(),
        move: () => document.querySelector('button').click(),
        answer() {
            state.answered = state.moved
            for (const f of [...heard]) f()
        },
        asked: () => state.moved > state.answered,
        busy: () => explorer.getAttribute('aria-busy') === 'true',
    })
}"""


@pytest.mark.parametrize("asked", [False, True])
def test_a_view_made_anew_in_the_middle_of_a_move_does_not_stay_busy(lab: Lab, asked: bool) -> None:
    """As when the figure joins the explorer: JupyterLab makes all anew that stands below it."""
    page = lab.browser.new_page()
    page.evaluate(BY_HAND, text("signs.js"))
    page.evaluate("view(); move()")
    assert page.evaluate("busy()")
    if asked:
        page.wait_for_function("asked()")
    page.evaluate("close()")
    page.wait_for_timeout(200)  # in which a view that is closed would ask
    page.evaluate("answer(); view()")
    assert not page.evaluate("busy()")
    page.evaluate("move()")
    page.wait_for_function("asked()")
    page.evaluate("answer()")
    assert not page.evaluate("busy()")
    page.close()


#: Plotly's other half played by hand: two views of one figure, of which the first one is closed.
TWO_VIEWS = """async ([code, bundle, early]) => {
    document.body.innerHTML = '<div class="first"></div><div class="second"></div>'
    const {plotly, figure} = Function(code + '; return {plotly, figure}')()
    plotly.initialize({model: {get: () => bundle}})
    const state = {
        _widget_data: [{type: 'scatter', x: [0, 1], y: [0, 1]}],
        _widget_layout: {xaxis: {range: [0, 9]}, yaxis: {range: [0, 9]}}, _config: {},
    }
    const heard = []
    const model = {
        get: (name) => structuredClone(state[name] ?? null),
        set() {}, save_changes() {},
        on: (event, f) => heard.push([event, f]), off() {},
    }
    const widget = figure()
    widget.initialize({model})
    const views = ['first', 'second'].map(name => document.querySelector('.' + name))
    const close = await widget.render({el: views[0]})
    if (early) close()
    await widget.render({el: views[1]})
    await new Promise(done => setTimeout(done, 500))
    if (!early) close()
    for (const part of ['animate', 'update']) {
        const y = part === 'animate' ? [[2, 3]] : [[4, 5]], x = [[0, 1]]
        state['_py2js_' + part] = {
            style_data: part === 'animate' ? [{x: x[0], y: y[0]}] : {y},
            layout_data: {}, style_traces: [0],
            animation_opts: {mode: 'immediate', frame: {duration: 0}, transition: {duration: 0}},
        }
        for (const [event, f] of heard) if (event === 'change:_py2js_' + part) f()
        await new Promise(done => setTimeout(done, 200))
        if (`${views[1].data[0].y}` !== `${y[0]}`) return part
    }
    return 'all'
}"""


@pytest.mark.parametrize("early", [False, True])
def test_a_figure_moves_though_an_earlier_view_of_it_was_closed(lab: Lab, early: bool) -> None:
    """Also where it is closed before plotly has drawn it, as on a busy page."""
    page = lab.browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    code = FIGURE.replace("export default figure;", "")
    assert page.evaluate(TWO_VIEWS, [code, BUNDLE.read_text(encoding="utf-8"), early]) == "all"
    page.close()
    assert errors == []


#: A widget of a page, and what anywidget makes of it: it takes messages when it is `ready`.
HEARING = """async ([code, late, missed]) => {
    class Plain {
        taken = []
        async _handle_comm_msg(message) { this.taken.push(message.content.data.method) }
        callbacks() {}
    }
    class Any extends Plain {
        async _handle_comm_msg(message) { await this.ready; return super._handle_comm_msg(message) }
    }
    const widget = new Any(), asked = []
    let tell, take = (message) => widget._handle_comm_msg(message)
    const renew = async () => {
        const data = {method: 'update'}, parent_header = {msg_id: 'asked'}
        await take({content: {data: {method: 'custom'}}, parent_header})  // not the reply, nor
        await take({content: {data}})  // is what was sent before the kernel was asked
        widget.taken.push('old')
        await take({content: {data}, parent_header})
    }
    const model = {on: (_, f) => { tell = f }, off() {}, set: () => tell(widget)}
    widget.comm = {
        on_msg: (f) => { take = f },
        send: ({method}) => { asked.push(method); setTimeout(renew, 50); return 'asked' },
    }
    widget.ready = new Promise((begun, failed) => setTimeout(late ? failed : begun, 100))
    await Function(code + '; return hears')()(model, () => missed)
    widget.taken.push('renewed')
    return [asked, widget.taken.filter(method => method !== 'nothing')]
}"""


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("missed", [False, True])
def test_what_was_missed_is_asked_for_and_nothing_else(lab: Lab, late: bool, missed: bool) -> None:
    page = lab.browser.new_page()
    asked, taken = page.evaluate(HEARING, [text("hears.js"), late, missed])
    page.close()
    renewed = late or missed
    assert asked == ["request_state"] * renewed
    assert taken == [*["custom", "update", "old", "update"] * renewed, "renewed"]


#: No widget begins in time, as on a page that is busy for two seconds.
LATE = """() => {
    window.slTimeout = AbortSignal.timeout
    AbortSignal.timeout = time => window.slTimeout.call(AbortSignal, time === 2000 ? 0 : time)
}"""


def test_widgets_that_begin_late_hear_all_the_same(notebook: Notebook) -> None:
    notebook.page.evaluate(LATE)
    try:
        run_explorers(notebook)
        small_and_trained(notebook)
        press_and_see(notebook)
    finally:
        notebook.page.evaluate("() => { AbortSignal.timeout = window.slTimeout }")
    assert notebook.errors == []
