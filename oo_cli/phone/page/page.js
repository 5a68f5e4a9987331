"use strict";
const $ = (id) => document.getElementById(id);
const main = $("stage"), acts = $("acts");
const NAMES = { done: "Done", later: "Later", no: "Not this" };
const FAR = 72; // pixels of a swipe that count
let tip = null, version = "", last = "", timer = 0, quiet = 0, tries = 0, poll = null, busy = false, list = false;

async function ask(path, body, seconds = 15, signal) {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), seconds * 1000);
  signal?.addEventListener("abort", () => stop.abort());
  try {
    const answer = await fetch(path, {
      method: body ? "POST" : "GET", signal: stop.signal, cache: "no-store", redirect: "error",
      headers: body ? { "Content-Type": "application/json", "X-OO": "1" } : {},
      body: body && JSON.stringify(body),
    });
    const found = await answer.json();
    return answer.ok ? found : Promise.reject({ status: answer.status });
  } finally { clearTimeout(late); }
}

function show(state, text, reason) {
  const focus = document.activeElement?.dataset?.act;
  document.body.dataset.state = state;
  if ($("text").textContent !== text) $("text").textContent = text;
  $("reason").textContent = reason;
  $("pair").hidden = state !== "unpaired";
  $("why").hidden = state !== "tip" && state !== "silence";
  if (state !== "tip") tip = null;
  list = false;
  document.body.classList.toggle("alone", $("why").hidden && $("undo").hidden);
  buttons((tip?.actions ?? []).map((act) => [NAMES[act], "", () => act === "later" ? offer() : react(act), act]));
  if (focus) (acts.querySelector(`[data-act="${focus}"]`) ?? main).focus();
}

function say(word) {
  clearTimeout(quiet);
  $("said").textContent = word;
  quiet = setTimeout(() => { $("said").textContent = ""; }, 10000);
}

function buttons(wanted) {
  acts.className = list ? "list" : "";
  document.body.classList.toggle("choosing", list);
  acts.replaceChildren(...wanted.map(([name, told, does, act]) => {
    const button = document.createElement("button");
    button.append(name);
    if (told) { const small = document.createElement("small"); small.append(told); button.append(small); }
    if (act) button.dataset.act = act;
    button.onclick = does;
    return button;
  }));
}

function offer() {
  if (!tip) return;
  list = true;
  buttons([
    ...tip.later.map((each) => [each.label, each.told, () => react("later", each.when)]),
    ["Back", "", () => { show("tip", tip.text, tip.reason); acts.querySelector('[data-act="later"]').focus(); }],
  ]);
  acts.firstChild.focus();
}

async function refresh() {
  clearTimeout(timer);
  try {
    const found = await ask("/recommend", {});
    tries = 0;
    if (busy) return;
    version = found.version;
    if (list && found.tip?.id === tip?.id) { /* a choice is open: leave it */ }
    else if (found.tip) { tip = found.tip; show("tip", tip.text, tip.reason); }
    else show("silence", "·", found.silence.told);
    timer = setTimeout(refresh, Math.max(found.holds_ms, 5000));
    follow();
  } catch (problem) { trouble(problem); }
}

function trouble(problem) {
  poll?.abort();
  clearTimeout(timer);
  if (problem?.status === 401) return unpaired();
  if (!problem?.status) show("asleep", "Out of reach", "Your computer is asleep, or oO is not serving. This page waits.");
  tries += 1;
  if (!document.hidden) timer = setTimeout(refresh, Math.min(60, 5 * 2 ** Math.min(tries - 1, 4)) * 1000);
}

function unpaired(reason = "Pair it once; it needs nothing else.") {
  last = ""; $("undo").hidden = true; explain(false);
  show("unpaired", "This phone is not paired", reason);
}

async function follow() {
  poll?.abort();
  const mine = poll = new AbortController();
  try {
    while (!document.hidden && mine === poll) {
      const found = await ask("/changes?since=" + version, null, 40, mine.signal);
      if (mine !== poll) return;
      if (found.version !== version) return refresh();
    }
  } catch (problem) { if (mine === poll && !mine.signal.aborted) trouble(problem); }
}

async function react(reaction, when) {
  const about = reaction === "undo" ? last : tip?.id;
  if (!about || busy) return;
  busy = true; poll?.abort(); main.classList.add("away"); explain(false);
  try {
    const body = { tip_id: about, reaction };
    if (when) body.when = when;
    const found = await ask("/feedback", body);
    last = reaction === "undo" ? "" : about;
    say(found.said);
    $("undo").hidden = !last;
  } catch (problem) {
    if (!problem?.status || problem.status === 401) { busy = false; main.classList.remove("away"); return trouble(problem); }
    say(problem.status === 409 ? "Something else happened meanwhile." : "That did not work. Try again.");
    if (problem.status === 409) { last = ""; $("undo").hidden = true; }
  }
  busy = false; list = false;
  await refresh();
  main.classList.remove("away");
  if (document.activeElement === document.body) main.focus();
}

async function explain(open = $("reasons").hidden) {
  if (open) {
    try {
      const found = await ask("/why" + (tip ? "?tip=" + encodeURIComponent(tip.id) : ""));
      const rows = document.createElement("dl");
      for (const term of found.terms) {
        const name = document.createElement("dt"), points = document.createElement("dd");
        name.append(term.name); points.append(term.points.toFixed(2)); rows.append(name, points);
      }
      const said = found.lines.filter((line) => line !== tip?.text);
      const lines = said.map((line) => { const p = document.createElement("p"); p.append(line); return p; });
      $("reasons").replaceChildren(...lines, rows);
    } catch (problem) { return trouble(problem); }
  }
  $("reasons").hidden = !open;
  document.body.classList.toggle("explained", open);
  $("why").setAttribute("aria-expanded", String(open));
}

async function pair(code) {
  show("wait", "·", "");
  try { await ask("/pair", { code }); say("paired"); refresh(); }
  catch (problem) {
    if (!problem?.status) return trouble(problem);
    unpaired(problem.status === 429 ? "Too many tries. Wait a minute." : "That code is wrong or over. Make a new one.");
  }
}

// A swipe: right is done, left is later, up is not this (where nothing scrolls).
let from = null;
const aim = (event) => {
  const x = event.clientX - from.x, y = event.clientY - from.y;
  const act = Math.abs(x) > 1.5 * Math.abs(y) ? (x > FAR ? "done" : x < -FAR ? "later" : "") : y < -FAR ? "no" : "";
  return { x, act: tip?.actions.includes(act) ? act : "" };
};
const mark = (act) => { for (const each of acts.children) each.classList.toggle("near", !!act && each.dataset.act === act); };
const still = () => { from = null; mark(""); main.classList.remove("drag"); main.style.transform = main.style.opacity = ""; };
const calm = matchMedia("(prefers-reduced-motion: reduce)");
addEventListener("pointerdown", (event) => {
  if (!tip || busy || list || event.pointerType === "mouse" || event.target.closest("button, #reasons")) return;
  from = event.isPrimary ? { x: event.clientX, y: event.clientY } : null;
  const scrolls = [document.documentElement, main].some((each) => each.scrollHeight > each.clientHeight + 1);
  document.body.style.touchAction = main.style.touchAction = scrolls ? "" : "pinch-zoom";
});
addEventListener("pointermove", (event) => {
  if (!from || !event.isPrimary) return;
  const { x, act } = aim(event);
  mark(act);
  main.classList.add("drag");
  if (!calm.matches) main.style.transform = `translateX(${x / 3}px)`;
});
addEventListener("pointerup", (event) => {
  if (!from) return;
  const { act } = aim(event);
  still();
  if (act) react(act);
});
addEventListener("pointercancel", still);

$("undo").onclick = () => react("undo");
$("why").onclick = () => explain();
$("pair").onsubmit = (event) => { event.preventDefault(); pair($("code").value.replace(/\D/g, "")); $("code").value = ""; };
addEventListener("keydown", (event) => { if (event.key === "Escape" && list) acts.lastChild.click(); });
addEventListener("online", refresh);
addEventListener("offline", () => trouble());
document.addEventListener("visibilitychange", () => {
  if (document.hidden) { poll?.abort(); poll = null; clearTimeout(timer); } else if ($("pair").hidden) refresh();
});

const code = location.hash.slice(1).split(".")[0];
if (location.pathname !== "/") history.replaceState(null, "", "/");
if (code) pair(code); else refresh();
