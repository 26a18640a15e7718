// What the complaint form does more with scripts: it all works without them. Every word is in data- attributes.

const TYPING = 300; // milliseconds of rest until a draft is kept
const READING = 1200; // until something is said about what was typed
const LOST = 2000; // until the button sends again, should the answer be lost: the form counts once
const FEW = 1000; // characters left from which on their number is told
const ASKED = 300; // characters that help pages are looked for by
const ONCE = ["nonce", "form_token", "confirmed"]; // what makes a form sent again the same form

const form = document.querySelector("form[data-draft]");
const drafts = storage();

for (const page of document.querySelectorAll("[data-draft-sent]")) drafts.drop(page.dataset.draftSent);
if (form) {
  keepDraft();
  countCharacters();
  offerAnswers();
  showOneTimetable();
}

// A draft is kept for this tab alone: others may use the same computer.
function storage() {
  const attempt = (act) => {
    try {
      return act(window.sessionStorage);
    } catch {
      return null; // switched off, or full: what is on the page stays there
    }
  };
  return {
    read: (name) => attempt((store) => JSON.parse(store.getItem(`draft:${name}`))),
    write: (name, draft) => attempt((store) => store.setItem(`draft:${name}`, JSON.stringify(draft))),
    drop: (name) => attempt((store) => store.removeItem(`draft:${name}`)),
  };
}

function keepDraft() {
  const name = form.dataset.draft;
  const all = [...form.elements].filter((one) => one.name && !one.closest("[aria-hidden]"));
  const hidden = all.filter((one) => one.type === "hidden");
  const fields = all.filter((one) => !["hidden", "radio", "submit"].includes(one.type));
  const values = (ones) => Object.fromEntries(ones.map((one) => [one.name, one.value]));
  const button = form.querySelector("button:not([type])");
  // Who is quick has typed before this script was there.
  const early = fields.filter((one) => "defaultValue" in one && one.value !== one.defaultValue);
  let sending = false;
  let isTyped = early.length > 0;
  let timer;

  const setSending = (now) => {
    sending = now;
    button.ariaDisabled = now ? "true" : null;
  };

  const keep = (sent) => {
    clearTimeout(timer);
    isTyped = false;
    // What this category does not ask for stays as it was typed for another.
    drafts.write(name, { values: { ...drafts.read(name)?.values, ...values(fields) }, sent });
  };

  const restore = (draft) => {
    const told = fields
      .filter((one) => !early.includes(one))
      .filter((one) => draft.values[one.name] && draft.values[one.name] !== one.value);
    if (!told.length) return;
    for (const one of told) one.value = draft.values[one.name];
    // It may have come in though its answer was lost. Sent again as it was, it is the same complaint.
    const same = hidden.every((one) => ONCE.includes(one.name) || one.value === draft.sent?.[one.name]);
    if (draft.sent && same) for (const one of hidden) one.value = draft.sent[one.name] ?? one.value;
    const away = document.createElement("button");
    away.type = "button";
    away.className = "text";
    away.textContent = form.dataset.discard;
    away.addEventListener("click", () => {
      clearTimeout(timer);
      isTyped = false;
      drafts.drop(name);
      form.reset();
      window.location.reload();
    });
    tell("status", form.dataset.restored).append(away);
  };

  form.addEventListener("input", () => {
    clearTimeout(timer);
    isTyped = true;
    timer = setTimeout(keep, TYPING);
  });
  window.addEventListener("pagehide", () => {
    if (isTyped) keep();
  });
  window.addEventListener("pageshow", () => setSending(false));
  form.addEventListener("submit", (event) => {
    if (sending) return event.preventDefault();
    if (!navigator.onLine) {
      event.preventDefault();
      keep();
      return tell("alert", form.dataset.offline).focus();
    }
    keep(values(hidden));
    setSending(true);
    setTimeout(setSending, LOST, false);
  });

  const draft = drafts.read(name);
  if (draft?.values && "fresh" in form.dataset) restore(draft);
}

function tell(role, text) {
  form.querySelector(":scope > .notice")?.remove();
  const notice = document.createElement("div");
  notice.className = role === "alert" ? "notice bad" : "notice";
  notice.setAttribute("role", role);
  notice.tabIndex = -1;
  form.prepend(notice);
  notice.append(document.createElement("p"));
  notice.firstChild.textContent = text;
  return notice;
}

function countCharacters() {
  for (const area of form.querySelectorAll("textarea[data-limit]")) {
    const told = document.createElement("p");
    told.className = "hint";
    told.setAttribute("aria-live", "polite");
    area.after(told);
    const count = () => {
      const left = Number(area.dataset.limit) - [...area.value.trim()].length;
      const said = left < 0 ? form.dataset.over : left < FEW ? form.dataset.left : "";
      const number = Math.abs(left).toLocaleString(document.documentElement.lang);
      told.textContent = said.replace("{count}", number);
    };
    let timer;
    area.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(count, READING);
    });
    count();
  }
}

// Help pages that fit what was typed, in place of those for the category.
function offerAnswers() {
  const place = document.querySelector("[data-offers]");
  const area = form.elements.namedItem("description");
  if (!place || !area) return;
  let timer;
  let asked = "";
  const ask = async () => {
    const text = area.value.trim().slice(0, ASKED);
    if (text === asked || !navigator.onLine) return;
    asked = text;
    const address = new URL(place.dataset.offers, document.baseURI);
    address.searchParams.set("category", form.elements.namedItem("category")?.value ?? "");
    address.searchParams.set("q", text);
    try {
      const answer = await fetch(address);
      const part = document.createElement("template");
      part.innerHTML = (await answer.text()).trim();
      // Its links lead on from its own address, not from this page.
      for (const link of part.content.querySelectorAll("a")) link.href = new URL(link.getAttribute("href"), address);
      if (answer.ok && asked === text) place.replaceChildren(part.content);
    } catch {
      // Offers are a help, never in the way: without a network there are none.
    }
  };
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, READING);
  });
}

// Where dates differ by where the account is held, those of the chosen place are shown alone.
function showOneTimetable() {
  const select = form.elements.namedItem("jurisdiction");
  const tables = [...form.querySelectorAll("details[data-jurisdiction]")];
  const several = form.querySelector("[data-several]");
  const show = () => {
    const known = tables.some((one) => one.dataset.jurisdiction === select.value);
    several.hidden = known;
    for (const one of tables) {
      const chosen = one.dataset.jurisdiction === select.value;
      one.hidden = known && !chosen;
      one.open = chosen;
    }
  };
  if (!select || !tables.length) return;
  select.addEventListener("change", show);
  show();
}
