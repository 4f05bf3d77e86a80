/* The lab in another page: beside each link into it a button, which shows it small where the link stands. Nothing of it is loaded before. */
"use strict";
for (const place of document.querySelectorAll("p.wi-lab-embed")) {
    const link = place.querySelector("a");
    const button = Object.assign(document.createElement("button"), {
        type: "button",
        textContent: "Try it here",
    });
    button.setAttribute("aria-label", `Try it here: ${link.textContent}`);
    button.addEventListener("click", () => {
        const frame = Object.assign(document.createElement("iframe"), {
            src: `${link.href}&small`,
            title: link.textContent,
        });
        addEventListener("message", ({ source, data }) => {
            if (source === frame.contentWindow && data.labHeight > 0)
                frame.height = Math.ceil(data.labHeight);
        });
        button.remove();
        place.after(frame);
        frame.focus();
    });
    place.append(" ", button);
}
