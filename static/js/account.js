/* Sign-in pages: look at the password while typing it, and say in words when a passkey did not work. */
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll(".secret")) {
    const field = box.querySelector("input");
    const label = document.querySelector(`label[for="${field.id}"]`);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    const show = (visible) => {
      field.type = visible ? "text" : "password";
      button.textContent = visible ? box.dataset.hide : box.dataset.show;
      button.setAttribute("aria-label", `${button.textContent}: ${label.textContent.trim()}`);
    };
    show(false);
    button.addEventListener("click", () => show(field.type === "password"));
    /* A visible password would be offered again among what was typed into text fields. */
    field.form.addEventListener("submit", () => show(false));
    box.append(button);
  }

  const passkey = document.querySelectorAll("#passkey_login, #mfa_webauthn_authenticate, [data-passkey]");
  for (const button of passkey) button.hidden = !window.PublicKeyCredential;

  /* A code from an app is six digits: phones offer to fill it in, spaces come along when it is copied. */
  const code = document.querySelector('input[autocomplete="one-time-code"]');
  code?.addEventListener("input", () => (code.value = code.value.replace(/\s/g, "")));
});

document.addEventListener("allauth.error", (event) => {
  const note = document.getElementById("passkey-trouble");
  if (!note) return;
  event.preventDefault();
  const byNumbers = /^[\d.]+$|:/.test(location.hostname);
  note.textContent = byNumbers ? note.dataset.address : note.dataset.cancelled;
  note.hidden = false;
});
