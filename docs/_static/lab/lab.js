"use strict";
/* The registry of the lab: each file defines one subject by a function that makes it.

A page opened from a folder may load neither module scripts nor the file of a worker. These are
classic scripts; the worker runs the source text of the same functions. */

globalThis.lab = (function makeLab() {
    const factories = new Map();
    const made = new Map();
    const lab = {
        /** Register a subject; `factory(lab)` makes it and uses nothing outside but `lab`. */
        define(name, factory) {
            factories.set(name, factory);
            made.delete(name);
        },

        /** Return a subject; it is made when it is first asked for. */
        get(name) {
            if (!factories.has(name)) throw new Error(`the lab has no subject "${name}"`);
            if (!made.has(name)) made.set(name, factories.get(name)(lab));
            return made.get(name);
        },

        /** Return the text of a script that defines these subjects as `lab` in another thread. */
        source(names) {
            const lines = names.map(
                (name) => `lab.define(${JSON.stringify(name)}, ${factories.get(name)});`,
            );
            return ['"use strict";', `const lab = (${makeLab})();`, ...lines].join("\n");
        },
    };
    return lab;
})();
