// Passkeys: offered where the browser has them. The rest of the page works without this file.
"use strict";

const isAble = Boolean(window.PublicKeyCredential && navigator.credentials);

// --- bytes, as the messages of Web Authentication write them: base64url ---
const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const toText = (bytes) =>
  bytes &&
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
const described = (list) => (list || []).map((item) => ({ ...item, id: toBytes(item.id) }));

function toJSON(credential) {
  const parts = credential.response;
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response: {
      clientDataJSON: toText(parts.clientDataJSON),
      attestationObject: toText(parts.attestationObject),
      authenticatorData: toText(parts.authenticatorData),
      signature: toText(parts.signature),
      userHandle: toText(parts.userHandle),
    },
  });
}

function answer(form, credential) {
  form.elements.credential.value = toJSON(credential);
  HTMLFormElement.prototype.submit.call(form);
}

function say(form, words) {
  form.querySelector("[role=alert]").textContent = words;
}

// --- the profile: shown where passkeys can be made ---
for (const part of document.querySelectorAll("[data-with-passkeys]")) part.hidden = !isAble;
for (const part of document.querySelectorAll("[data-without-passkeys]")) part.hidden = isAble;

const maker = document.querySelector("[data-passkey-options]");
maker?.addEventListener("submit", async (event) => {
  event.preventDefault();
  say(maker, "");
  const asked = JSON.parse(maker.dataset.passkeyOptions);
  asked.challenge = toBytes(asked.challenge);
  asked.user.id = toBytes(asked.user.id);
  asked.excludeCredentials = described(asked.excludeCredentials);
  try {
    answer(maker, await navigator.credentials.create({ publicKey: asked }));
  } catch {
    say(maker, maker.dataset.failed);
  }
});

// --- signing in: by the button, or from the list that opens at the e-mail address ---
const door = document.querySelector("[data-passkey]");
if (door && isAble) {
  const remember = document.querySelector("input[type=checkbox][name=remember]");
  let waiting = null;
  const ask = async (more) => {
    waiting?.abort();
    waiting = new AbortController();
    const { signal } = waiting;
    const response = await fetch(door.dataset.passkey, { method: "POST", body: new FormData(door) });
    const asked = await response.json();
    asked.challenge = toBytes(asked.challenge);
    asked.allowCredentials = described(asked.allowCredentials);
    const found = await navigator.credentials.get({ publicKey: asked, signal, ...more });
    door.elements.remember.value = remember?.checked ? "y" : "";
    answer(door, found);
  };
  door.hidden = false;
  door.addEventListener("submit", (event) => {
    event.preventDefault();
    say(door, "");
    ask({}).catch(() => say(door, door.dataset.failed));
  });
  PublicKeyCredential.isConditionalMediationAvailable?.().then((isOffered) => {
    if (isOffered) ask({ mediation: "conditional" }).catch(() => {}); // the button stays
  });
}
