/* Keyboard for the theme's two drawers, the navigation and the contents of narrow windows. Each is opened by a checkbox: Enter
   works as the space bar does; an opened drawer takes the focus; it closes by Escape, by a link within the page, and when the
   focus goes elsewhere. */
(() => {
  "use strict";
  for (const [name, selector] of [["__navigation", ".sidebar-drawer"], ["__toc", ".toc-drawer"]]) {
    const toggle = document.getElementById(name);
    const drawer = document.querySelector(selector);
    const close = () => (toggle.checked = false);

    const first = () => [...drawer.querySelectorAll("a")].find((link) => link.checkVisibility());

    toggle.addEventListener("change", () => toggle.checked && first()?.focus());
    drawer.addEventListener("click", (event) => event.target.closest("a[href*='#']") && close());
    drawer.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && relatedTarget !== toggle && !drawer.contains(relatedTarget)) close();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && toggle.checked) {
        close();
        toggle.focus();
      }
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches(".sidebar-toggle, .toctree-checkbox")) event.target.click();
  });
})();
