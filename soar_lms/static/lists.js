// Improvement only: a list changes in place when its filters, its order or its page are chosen.
"use strict";

const PARTS = "[data-live], .languages"; // the other languages lead to the same place
const filters = document.querySelector("[data-filters]");
const partsOf = (page) => [...page.querySelectorAll(PARTS)];
const here = () => location.pathname + location.search;
let shown = here();
let turn = 0;

function put(page) {
  const [parts, fresh] = [partsOf(document), partsOf(page)];
  if (fresh.length !== parts.length) throw new Error("another page");
  parts.forEach((part, place) => part.replaceWith(fresh[place]));
  document.title = page.title;
}

function fill(page) {
  for (const field of filters?.elements ?? []) {
    const fresh = field.id && page.getElementById(field.id);
    if (fresh) field.value = fresh.value;
  }
}

async function show(address, how) {
  const mine = ++turn;
  for (const part of partsOf(document)) part.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(address, { cache: "no-store" });
    if (!response.ok || response.redirected) throw new Error(response.status);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (mine !== turn) return; // something else was chosen meanwhile
    put(page);
    if (how !== "form") fill(page);
    if (how !== "back") history.pushState(null, "", address);
    shown = here();
    const found = document.querySelector("[data-found]");
    const said = document.querySelector("[data-said]");
    if (how === "link") found?.focus(); // the link may be gone: go on where the list begins
    else if (said) said.textContent = found?.textContent ?? "";
  } catch {
    if (how === "back") location.reload();
    else location.assign(address); // signed out, no connection: the browser says so
  }
}

filters?.addEventListener("submit", (event) => {
  event.preventDefault();
  const address = new URL(filters.action);
  address.search = new URLSearchParams([...new FormData(filters)].filter(([, value]) => value));
  show(address, "form");
});

document.querySelector("main").addEventListener("click", (event) => {
  const link = event.target.closest("[data-live] a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const address = new URL(link.href);
  const isHere = address.origin + address.pathname === location.origin + location.pathname;
  if (!isHere || address.search === location.search) return;
  event.preventDefault();
  show(address, "link");
});

window.addEventListener("popstate", () => {
  if (here() !== shown) show(location.href, "back");
});
