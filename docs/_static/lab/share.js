/* What a reader takes along: a link to the setting, the Python script that does the same, a picture. */
"use strict";
lab.define("share", (lab) => {
    const theory = lab.get("theory");

    /** Return the buttons; `page` has the state, the runs, the stage, and `note`, where it is told what was done. */
    function buttons(page) {
        const { button } = page.buttons;
        return [
            button("link", "Copy link", "The address of this setting", () =>
                copy(page, "The link is", address(page)),
            ),
            button("script", "Copy as Python", "A script that does the same with weightinit", () =>
                copy(page, "The script is", script(page)),
            ),
            button("picture", "Save picture", "What you see, as a PNG", () =>
                lab.get("picture").save(page.stage, title(page)),
            ),
        ];
    }

    /* Not that of the page, which may name a place on it. */
    function address({ state }) {
        return new URL(`#${lab.get("fragment").format(state)}`, location.href).href;
    }

    function script({ state, runs }) {
        return lab
            .get("python")
            .script(lab.get("fragment").settings(state), runs[0]?.now.step ?? 0);
    }

    /* Where the browser refuses the clipboard, the text is shown, selected. */
    function copy({ note }, what, text) {
        const show = () => {
            const area = Object.assign(document.createElement("textarea"), {
                className: "lab-text",
                readOnly: true,
                value: text,
            });
            area.setAttribute("aria-label", "Text to copy");
            note.replaceChildren("Copy it from here: ", area);
            area.select();
        };
        if (!navigator.clipboard) return show();
        navigator.clipboard
            .writeText(text)
            .then(() => (note.textContent = `${what} copied.`), show);
    }

    function title({ state, runs }) {
        const { label } = theory.data[state.data];
        return `${label}, ${state.depth} × ${state.width} ${state.activation}, step ${runs[0]?.now.step ?? 0}`;
    }

    return { buttons };
});
