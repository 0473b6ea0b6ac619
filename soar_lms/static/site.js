// Improvements only: every page works without this file.
"use strict";

// --- quick exit: blank the page at once and leave; who comes back by the back button leaves again ---
const exit = document.querySelector("[data-exit]");
const leave = () => {
  document.documentElement.hidden = true;
  document.title = "…";
  try {
    sessionStorage.setItem("left", "yes"); // of this tab, until it is closed
  } catch {
    // a browser that keeps nothing: then only this page is left
  }
  location.replace(exit.dataset.exit);
};
const leaveAgain = (isBack) => {
  try {
    if (!sessionStorage.getItem("left")) return;
    if (isBack) leave();
    else sessionStorage.removeItem("left"); // came here again on purpose
  } catch {
    // as above
  }
};
if (exit) {
  const [key, said] = document.querySelectorAll("[data-exit-key]");
  leaveAgain(performance.getEntriesByType("navigation")[0]?.type === "back_forward");
  addEventListener("pageshow", (event) => event.persisted && leaveAgain(true));
  exit.setAttribute("aria-describedby", key.id);
  exit.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  let presses = 0;
  let last = 0;
  const count = (number) => {
    presses = number;
    said.textContent = number === 2 ? said.dataset.exitKey : "";
  };
  document.addEventListener("pointerdown", () => count(0)); // selects text with Shift held
  document.addEventListener("keydown", (event) => event.key !== "Shift" && count(0)); // typing
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift") return;
    count(event.timeStamp - last < 1500 ? presses + 1 : 1);
    last = event.timeStamp;
    if (presses === 3) leave();
  });
}

// --- errors: lead to what is said of them, so that it is read first ---
document.querySelector(".error-summary, .flash-error")?.focus();

// --- passwords: looked at instead of typed twice ---
for (const button of document.querySelectorAll("[data-show-password]")) {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  const said = button.nextElementSibling;
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", shown);
    said.textContent = shown ? said.dataset.shown : said.dataset.hidden;
  };
  button.hidden = false;
  button.addEventListener("click", () => show(input.type === "password"));
  input.form.addEventListener("submit", () => show(false)); // browsers remember what is plain text
}

// --- sign up: tell the site which time zone the device is in ---
const zone = document.querySelector("[data-time-zone]");
if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";

// --- signed out soon: said two minutes before, with a way to stay ---
const timeOut = document.querySelector("[data-idle]");
if (timeOut) {
  const [words, ways] = timeOut.children;
  const [stay, enter] = ways.children;
  const notice = 120;
  const wait = (seconds) => setTimeout(look, Math.min(Math.max(seconds, 1), 86400) * 1000);
  const show = (left) => {
    const isSoon = left !== null && left > 0 && left <= notice;
    const text = left === 0 ? timeOut.dataset.over : isSoon ? timeOut.dataset.soon : "";
    if (words.textContent !== text) words.textContent = text;
    [ways.hidden, stay.hidden, enter.hidden] = [!text, !isSoon, left !== 0];
    if (left === null) return; // remembered: nothing ends
    if (left === 0) wait(15); // signed in again elsewhere?
    else wait(isSoon ? Math.min(left + 1, 15) : left - notice);
  };
  const ask = async (more) => {
    try {
      const response = await fetch(timeOut.dataset.ask + more, { cache: "no-store" });
      show((await response.json()).left);
    } catch {
      wait(60); // no connection
    }
  };
  const look = () => ask("");
  stay.addEventListener("click", () => {
    ask("?stay=yes");
    document.querySelector("main").focus({ preventScroll: true });
  });
  wait(timeOut.dataset.idle * 0.9 - notice);
}

// --- reflections: written here, kept here ---
for (const area of document.querySelectorAll("[data-reflection]")) {
  const key = `reflection:${area.dataset.reflection}`;
  try {
    area.value = localStorage.getItem(key) || "";
  } catch {
    continue; // a browser that keeps nothing: then there is no box
  }
  area.hidden = false;
  document.querySelector(`label[for="${area.id}"]`).hidden = false;
  const forget = area.nextElementSibling;
  const keep = () => {
    if (area.value) localStorage.setItem(key, area.value);
    else localStorage.removeItem(key);
    forget.hidden = !area.value;
  };
  forget.hidden = !area.value;
  area.addEventListener("input", keep);
  forget.addEventListener("click", () => {
    area.value = "";
    keep();
    area.focus();
  });
}

// --- knowledge checks: answered in place ---
for (const form of document.querySelectorAll("[data-check]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const result = form.querySelector(".check-result");
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
      });
      if (!response.ok || response.redirected) throw new Error(response.status);
      result.innerHTML = (await response.json()).html;
    } catch {
      form.submit();
    }
  });
}

// --- tests: each answer is saved when it is chosen ---
const test = document.querySelector("[data-autosave]");
if (test) {
  const state = test.querySelector(".save-state");
  let turn = Promise.resolve();
  const windows = "BroadcastChannel" in window ? new BroadcastChannel("answers") : null;
  const say = (text, failed) => {
    state.textContent = text;
    state.classList.toggle("save-failed", Boolean(failed));
  };
  const askToSignIn = (address) => {
    const link = document.createElement("a");
    link.href = address; // the answer comes along
    link.textContent = test.dataset.signedOut;
    say("", true);
    state.append(link);
  };
  const choices = () => new FormData(test).getAll("choice").filter(Boolean).sort().join("\n");
  let known = choices(); // what the site has, as far as this page can know
  const save = async () => {
    const sent = choices();
    try {
      const response = await fetch(location.pathname, {
        method: "POST",
        body: new FormData(test),
        headers: { Accept: "application/json" },
      });
      const { saved, note } = await response.json().catch(() => ({}));
      if (!saved && response.redirected) return askToSignIn(response.url);
      if (!saved) throw new Error(response.status);
      known = sent;
      say(note || test.dataset.saved, note);
      const clash = test.querySelector(".field-error");
      if (clash) clash.hidden = !note;
      windows?.postMessage(location.pathname);
    } catch {
      say(test.dataset.failed, true);
    }
  };
  windows?.addEventListener("message", (message) => {
    if (message.data === location.pathname) say(test.dataset.elsewhere, true);
  });
  const compare = async () => {
    try {
      const response = await fetch(location.pathname, {
        headers: { Accept: "application/json" },
        cache: "no-store",
      });
      const { chosen } = await response.json();
      if (chosen.sort().join("\n") !== known) say(test.dataset.elsewhere, true);
    } catch {
      // signed out or no connection: saving will say so
    }
  };
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) turn = turn.then(compare); // somebody comes back: was it another device?
  });
  if ("unsaved" in test.dataset) turn = turn.then(save);
  test.addEventListener("change", () => {
    say(test.dataset.saving);
    turn = turn.then(save); // one after the other: the last choice is the one that stays
  });
}

// --- work that takes a while: its page shows how far it is ---
const work = document.querySelector("[data-work]");
if (work) {
  const ask = async () => {
    let wait = 2000;
    try {
      const response = await fetch(location.pathname, {
        headers: { Accept: "application/json" },
        cache: "no-store",
      });
      if (response.status === 404) return location.reload();
      const { words, done, total, title, html } = await response.json();
      document.title = title;
      if (html) {
        const wasInside = work.contains(document.activeElement);
        work.innerHTML = html;
        document.querySelector(".work-said").textContent = words;
        if (wasInside) document.querySelector("main").focus();
        return;
      }
      work.querySelector(".work-words").textContent = words;
      const bar = work.querySelector("progress");
      if (total) [bar.max, bar.value] = [total, done];
    } catch {
      wait = 10000; // signed out or no connection
    }
    setTimeout(ask, wait);
  };
  setTimeout(ask, 2000);
}

// --- another language: what was typed comes along, and is forgotten here ---
const place = location.pathname.replace(/^\/[^/]+/, "") + location.search; // the same in each
const unkept = ["hidden", "password", "file"];
const fields = () =>
  [...document.querySelectorAll("form[method=post] :is(input, select, textarea)")].filter(
    ({ name, type }) => !["", "language"].includes(name) && !unkept.includes(type),
  );
const isChoice = (field) => ["radio", "checkbox"].includes(field.type);
try {
  const [where, typed] = JSON.parse(sessionStorage.getItem("typed")) || [];
  sessionStorage.removeItem("typed");
  for (const field of where === place ? fields() : []) {
    const index = typed.findIndex(
      ([name, value]) => name === field.name && (!isChoice(field) || value === field.value),
    );
    if (index < 0) continue;
    const [[, value, checked]] = typed.splice(index, 1);
    if (isChoice(field) ? field.checked === checked : field.value === value) continue;
    if (isChoice(field)) field.checked = checked;
    else field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true })); // a test saves it
  }
  for (const link of document.querySelectorAll(".languages a")) {
    link.addEventListener("click", () => {
      const typed = fields().map((field) => [field.name, field.value, field.checked]);
      sessionStorage.setItem("typed", JSON.stringify([place, typed]));
    });
  }
} catch {
  // a browser that keeps nothing: then the language alone changes
}
