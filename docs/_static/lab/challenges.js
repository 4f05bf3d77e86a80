/* The list of challenges and the one that is open: first a guess, then play, then the page's own check. Progress stays in the browser. */
"use strict";
lab.define("challenges", (lab) => {
    const tasks = lab.get("tasks");
    const KEY = "weightinit-lab-solved";

    /* Some browsers refuse to keep anything, from a folder for example: then progress lasts as long as the page. */
    function kept() {
        try {
            return new Set(JSON.parse(localStorage.getItem(KEY)) ?? []);
        } catch {
            return new Set();
        }
    }
    function keep(solved) {
        try {
            localStorage.setItem(KEY, JSON.stringify([...solved]));
        } catch {
            /* as above */
        }
    }

    /* The words of a challenge: its paragraphs on the page, and the list of what one may guess. */
    function read({ id }) {
        const place = document.querySelector(`.lab-challenge.lab-${id}`);
        const [title, ask, question, hint, why] = [...place.querySelectorAll(":scope > p")].map(
            (p) => p.innerHTML,
        );
        const options = [...place.querySelectorAll("li")].map((item) => item.textContent.trim());
        return { place, title: title.replace(/<[^>]+>/g, ""), ask, question, hint, why, options };
    }

    /**
     * Make the open challenge (`panel`), and turn the texts on the page into a list. `act`: open(task) loads its setting,
     * lock(bool) keeps play from being pressed, close(), look(). `look(view)` is to be called with each measurement.
     */
    function make(act) {
        const solved = kept();
        const words = new Map(tasks.map((task) => [task.id, read(task)]));
        const list = element("div", "lab-tasks", "");
        const panel = element("section", "lab-task", "");
        panel.hidden = true;
        panel.setAttribute("aria-label", "Challenge");
        words.get(tasks[0].id).place.before(list);
        for (const { place } of words.values()) place.hidden = true;
        let open = null;

        function drawList() {
            list.innerHTML = `<p>${solved.size} of ${tasks.length} solved.</p><ol></ol>`;
            for (const { id } of tasks) {
                const { title } = words.get(id);
                const item = element("li", "", "");
                const choose = button(`${solved.has(id) ? "✓ " : ""}${title}`, () => begin(id));
                if (solved.has(id)) choose.setAttribute("aria-label", `${title}, solved`);
                item.append(choose);
                list.lastChild.append(item);
            }
        }

        /** Open a challenge with its own setting, or, if that `isSet`, with the present one; null closes. */
        function begin(id, isSet = false) {
            const task = tasks.find((one) => one.id === id);
            if (!task) return open && close();
            open = { task, guess: null, came: null, step: 0, isDone: false, trials: new Map() };
            if (!isSet) act.open(task);
            act.lock(true);
            drawPanel();
            panel.hidden = false;
            panel.querySelector("h2").focus();
            panel.scrollIntoView({ block: "start" });
        }

        function drawPanel() {
            const { task } = open;
            const { title, ask, question, hint, why, options } = words.get(task.id);
            const number = tasks.indexOf(task) + 1;
            const choices = options
                .map(
                    (text, i) =>
                        `<label><input type="radio" name="lab-guess" value="${i}"> ${text}</label>`,
                )
                .join("");
            panel.innerHTML = `<h2 tabindex="-1">Challenge ${number}: ${title}</h2><p>${ask}</p>
        <fieldset><legend>First your guess: ${question}</legend>${choices}</fieldset>
        <p class="lab-verdict" role="status">Choose, and the buttons unlock.</p>
        <details><summary>Hint</summary><p>${hint}</p></details><p class="lab-why" hidden>${why}</p><p class="lab-leave"></p>`;
            panel
                .querySelector("fieldset")
                .addEventListener("change", ({ target }) => guess(Number(target.value)));
            const again = button("Set it up again", () => act.open(task));
            const next = button("Next challenge", () => begin(tasks[number % tasks.length].id));
            panel.lastElementChild.append(again, next, button("Leave", close));
        }

        function guess(choice) {
            open.guess = choice;
            act.lock(false);
            for (const input of panel.querySelectorAll("fieldset input")) input.disabled = true;
            tell();
            act.look();
        }

        function close() {
            open = null;
            panel.hidden = true;
            act.lock(false);
            act.close();
            list.querySelector("button").focus();
        }

        /* What became of the guess, and of the task. */
        function tell() {
            const { task, came, isDone } = open;
            const told = [];
            if (came === null)
                told.push(
                    task.at ? `Now run at least ${task.at} steps of this setting to see.` : "",
                );
            else
                told.push(
                    `After ${open.step} steps: ${words.get(task.id).options[came]} ${came === open.guess ? "You guessed it." : "You guessed something else."}`,
                );
            told.push(
                isDone ? "Solved." : "Now change what you like until the challenge is solved.",
            );
            const line = panel.querySelector(".lab-verdict");
            const text = told.filter(Boolean).join(" ");
            if (line.textContent === text) return;
            line.textContent = text;
            panel.querySelector(".lab-why").hidden = !isDone;
            panel.classList.toggle("lab-done", isDone);
        }

        /** Look at a measurement: {a, b, isUntouched: whether the setting is the challenge's own}. */
        function look(view) {
            if (!open || open.guess === null || !view.a?.now.layers) return;
            const { task, trials } = open;
            note(trials, view.a);
            const whole = { ...view, trials: [...trials.values()] };
            const isDone = open.isDone || task.check(whole);
            const isDue =
                task.at === undefined ? isDone : view.isUntouched && view.a.now.step >= task.at;
            if (open.came === null && isDue) {
                open.came = task.options.findIndex((holds) => holds(whole));
                open.step = view.a.now.step;
            }
            if (isDone && !open.isDone) {
                open.isDone = true;
                solved.add(task.id);
                keep(solved);
                drawList();
            }
            tell();
        }

        drawList();
        return { panel, begin, look, opened: () => open?.task.id ?? null };
    }

    /* Keep what a run came to: how many points were right at 300 steps, the first time it is seen. */
    function note(trials, { setting, now, history }) {
        const key = JSON.stringify(setting);
        const trial = trials.get(key) ?? { setting };
        if (trial.at300 === undefined && (now.step >= 300 || now.finite === false))
            trial.at300 = now.finite ? history.accuracy.at(-1) : 0;
        trials.set(key, trial);
    }

    function element(tag, name, text) {
        return Object.assign(document.createElement(tag), { className: name, textContent: text });
    }
    function button(text, act) {
        const made = Object.assign(document.createElement("button"), {
            type: "button",
            textContent: text,
        });
        made.addEventListener("click", act);
        return made;
    }

    return { make };
});
