"use strict";
/* Random numbers from a seed: a stream of its own for each purpose and layer. */

lab.define("random", () => {
    const GOLDEN = 0x9e3779b9;

    /** Mix the bits of a 32-bit integer (the finalizer of MurmurHash3). */
    function mix(word) {
        let h = word | 0;
        h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
        h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
        return (h ^ (h >>> 16)) | 0;
    }

    /** Return a stream of a seed and further integers: xoshiro128** (Blackman and Vigna 2018). */
    function stream(seed, ...keys) {
        let key = mix(seed + GOLDEN);
        for (const part of keys) key = mix(Math.imul(key, 5) + part + GOLDEN);
        const s = [1, 2, 3, 4].map((place) => mix(key + Math.imul(place, GOLDEN)));
        s[0] ^= seed;
        s[3] |= 1; // not all of the state may be zero
        let spare = NaN;

        function bits() {
            const product = Math.imul(s[1], 5);
            const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
            const shifted = s[1] << 9;
            s[2] ^= s[0];
            s[3] ^= s[1];
            s[1] ^= s[2];
            s[0] ^= s[3];
            s[2] ^= shifted;
            s[3] = (s[3] << 11) | (s[3] >>> 21);
            return result;
        }

        /** Draw from [0, 1), in steps of 2^-53. */
        function uniform() {
            return ((bits() >>> 5) * 67108864 + (bits() >>> 6)) / 9007199254740992;
        }

        /** Draw a standard normal number (Box and Muller 1958). */
        function normal() {
            if (!Number.isNaN(spare)) {
                const kept = spare;
                spare = NaN;
                return kept;
            }
            const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
            const angle = 2 * Math.PI * uniform();
            spare = radius * Math.sin(angle);
            return radius * Math.cos(angle);
        }

        /** Put 0 to n - 1 in random order: Int32Array(n). */
        function permutation(n) {
            const order = Int32Array.from({ length: n }, (_, i) => i);
            for (let i = n - 1; i > 0; i--) {
                const j = Math.floor(uniform() * (i + 1));
                [order[i], order[j]] = [order[j], order[i]];
            }
            return order;
        }

        return { bits, uniform, normal, permutation };
    }

    return { stream };
});
