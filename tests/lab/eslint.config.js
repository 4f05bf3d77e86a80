"use strict";
/* How the scripts of the site are checked: `nox -s lint`. They are classic scripts. */

const PAGE = [
    "addEventListener", "atob", "Blob", "document", "getComputedStyle", "history", "Image",
    "localStorage", "location", "matchMedia", "MutationObserver", "navigator", "Option", "parent",
    "performance", "requestAnimationFrame", "ResizeObserver", "self", "setTimeout", "URL", "window",
    "Worker", "XMLSerializer",
];

module.exports = [
    {
        files: ["docs/_static/lab/*.js", "docs/_static/lab-embed.js"],
        languageOptions: {
            ecmaVersion: 2022,
            sourceType: "script",
            globals: Object.fromEntries([...PAGE, "lab"].map((name) => [name, "readonly"])),
        },
        linterOptions: { reportUnusedDisableDirectives: "error" },
        rules: {
            "array-callback-return": "error",
            complexity: ["error", 12],
            "default-case-last": "error",
            "dot-notation": "error",
            eqeqeq: "error",
            "max-depth": ["error", 3],
            "max-lines": ["error", 249],
            "max-nested-callbacks": ["error", 5],
            "no-constant-condition": "error",
            "no-dupe-else-if": "error",
            "no-dupe-keys": "error",
            "no-else-return": "error",
            "no-eval": "error",
            "no-fallthrough": "error",
            "no-implied-eval": "error",
            "no-lonely-if": "error",
            "no-loss-of-precision": "error",
            "no-new-func": "error",
            "no-redeclare": "error",
            "no-restricted-globals": ["error", "fetch", "XMLHttpRequest", "event", "name"],
            "no-self-assign": "error",
            "no-self-compare": "error",
            "no-shadow": "error",
            "no-throw-literal": "error",
            "no-undef": "error",
            "no-unreachable": "error",
            "no-unused-expressions": "error",
            "no-unused-vars": [
                "error",
                { argsIgnorePattern: "^_", ignoreRestSiblings: true },
            ],
            "no-use-before-define": ["error", { functions: false, variables: false }],
            "no-useless-concat": "error",
            "no-useless-return": "error",
            "no-var": "error",
            "object-shorthand": "error",
            "prefer-const": ["error", { destructuring: "all" }],
            "prefer-template": "error",
            radix: "error",
            strict: ["error", "global"],
        },
    },
];
