/* The present state as a PNG: the maps and the charts of the page, on one sheet. */
"use strict";
lab.define("picture", () => {
    const SCALE = 2;
    const GAP = 16;
    const STYLES = [
        "fill",
        "stroke",
        "stroke-width",
        "stroke-dasharray",
        "font",
        "text-anchor",
        "dominant-baseline",
        "opacity",
    ];

    /** Draw what `root` shows and offer it as a file; resolves when it is there. */
    async function save(root, title) {
        const parts = [...root.querySelectorAll("canvas, .lab-chart svg")].filter((part) =>
            part.checkVisibility(),
        );
        const frame = root.getBoundingClientRect();
        const sheet = document.createElement("canvas");
        sheet.width = SCALE * (frame.width + 2 * GAP);
        sheet.height = SCALE * (frame.height + 4 * GAP);
        const context = sheet.getContext("2d");
        context.scale(SCALE, SCALE);
        const style = getComputedStyle(document.body);
        context.fillStyle = style.getPropertyValue("--fig-paper");
        context.fillRect(0, 0, sheet.width, sheet.height);
        context.translate(GAP - frame.left, 3 * GAP - frame.top);
        context.fillStyle = style.getPropertyValue("--fig-ink");
        context.font = "bold 15px sans-serif";
        context.fillText(title, frame.left, frame.top - GAP);
        for (const part of parts) {
            const { left, top, width, height } = part.getBoundingClientRect();
            context.drawImage(
                part.matches("svg") ? await imageOf(part) : part,
                left,
                top,
                width,
                height,
            );
        }
        for (const words of root.querySelectorAll(
            ".lab-name, .lab-score, .lab-words, .lab-units, figcaption, .lab-legend",
        ))
            write(context, words);
        download(await new Promise((resolve) => sheet.toBlob(resolve)), "weightinit-lab.png");
    }

    /* An SVG as an image: outside of the page it has no style sheet, so it takes its styles along. */
    function imageOf(svg) {
        const copy = svg.cloneNode(true);
        const [from, to] = [svg, copy].map((one) => [...one.querySelectorAll("*")]);
        from.forEach((element, i) => {
            const style = getComputedStyle(element);
            for (const name of STYLES) to[i].style.setProperty(name, style.getPropertyValue(name));
        });
        copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
        copy.setAttribute("width", SCALE * svg.clientWidth);
        copy.setAttribute("height", SCALE * svg.clientHeight);
        const image = new Image();
        image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
        return image.decode().then(() => image);
    }

    /* Write the words of an element where they stand, in lines as long as it is wide. */
    function write(context, element) {
        const { left, top, width } = element.getBoundingClientRect();
        const style = getComputedStyle(element);
        const size = parseFloat(style.fontSize);
        context.font = `${style.fontWeight} ${size}px sans-serif`;
        context.fillStyle = style.color;
        let [line, y] = ["", top + size];
        for (const word of element.textContent.trim().split(/\s+/)) {
            if (line && context.measureText(`${line} ${word}`).width > width) {
                context.fillText(line, left, y);
                [line, y] = ["", y + 1.35 * size];
            }
            line = line ? `${line} ${word}` : word;
        }
        context.fillText(line, left, y);
    }

    function download(blob, name) {
        const link = Object.assign(document.createElement("a"), {
            href: URL.createObjectURL(blob),
            download: name,
        });
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    }

    return { save };
});
