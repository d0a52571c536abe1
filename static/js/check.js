/* "No to all the rest" fills the answers in sight instead of sending them, and the answered ones are counted. */
"use strict";
(() => {
  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector(".sheet");
    if (!form) return;
    const signs = [...form.querySelectorAll(".sign")];
    const count = form.querySelector(".count");
    const rest = form.querySelector('button[name="rest"]');
    const save = form.querySelector(".bar .main");
    const chosen = (sign) => sign.querySelector(':scope > .chips input:checked');

    const show = () => {
      const answered = signs.filter(chosen).length;
      count.textContent = answered
        ? count.dataset.words.replace("ANSWERED", answered).replace("ALL", signs.length)
        : "";
    };
    rest.addEventListener("click", (event) => {
      event.preventDefault();
      for (const sign of signs) {
        /* A sign that is open is closed by its own "back to normal" only. */
        if (chosen(sign) || sign.closest(".open-signs")) continue;
        const no = sign.querySelector(':scope > .chips input[value="no"]');
        if (no) no.checked = true;
      }
      show();
      save.focus();
    });
    form.addEventListener("change", show);
    show();
  });
})();
