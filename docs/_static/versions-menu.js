/* Beside other versions of the site: a list of them, and on an old one a notice. What there is, `versions.js` says, one
   folder up, which docs/publish.py writes: {newest: "0.2.0", versions: [{name: "0.2.0", pages: ["index.html", ...]}, ...]}. */
(() => {
  const site = window.siteVersions;
  const place = document.querySelector(".wi-version");
  if (!site || !place) return;
  const root = new URL(".", document.querySelector('script[src$="versions.js"]').src).href;
  const here = location.href.startsWith(root) ? location.href.slice(root.length) : "";
  const [folder, ...rest] = here.split(/[?#]/)[0].split("/");
  const page = rest.join("/") || "index.html";
  const names = site.versions.map((version) => version.name);
  const current = folder === "latest" ? site.newest : names.includes(folder) ? folder : null;

  /* The same page of another version if it has that, else its front page; the newest has an address that stays. */
  function address({ name, pages }) {
    return `${root}${name === site.newest ? "latest" : name}/${pages.includes(page) ? page : "index.html"}`;
  }

  function element(tag, text, attributes = {}) {
    const made = Object.assign(document.createElement(tag), { textContent: text });
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  const list = element("ul", "");
  for (const version of site.versions) {
    const text = version.name === site.newest ? `${version.name} (newest)` : version.name;
    const item = list.appendChild(element("li", ""));
    item.append(element("a", text, { href: address(version) }));
    if (version.name === current) item.firstChild.setAttribute("aria-current", "true");
  }
  const menu = element("details", "");
  menu.append(element("summary", current ? `Version ${current}` : "Versions"), list);
  place.replaceChildren(menu);

  const newest = site.versions.find((version) => version.name === site.newest);
  if (current && current !== site.newest) {
    const notice = element("p", `You read version ${current}. `, { class: "wi-other-version", role: "note" });
    notice.append(element("a", `The newest release is ${site.newest}.`, { href: address(newest) }));
    document.querySelector("article").prepend(notice);
  }
})();
