/** Lint rules with types. What prettier decides (layout) and tsc finds (types) is left to them. */
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const noRandom = {
  object: "Math",
  property: "random",
  message: "A trial is a pure function of its seed: draw from kernels/random.",
};
const noClock = [
  { object: "Date", property: "now" },
  { object: "performance", property: "now" },
  { object: "process", property: "hrtime" },
  { object: "process", property: "uptime" },
].map((rule) => ({
  ...rule,
  message: "Below cli/, measure/, panel/, run/ and workers/ a clock is passed in.",
}));
const noDate = {
  selector: "NewExpression[callee.name='Date'][arguments.length=0]",
  message: "Below cli/, measure/, panel/, run/ and workers/ a clock is passed in.",
};

export default defineConfig(
  // assembly/ is AssemblyScript: its types are checked by asc and by tsc, its memory tricks are not
  // for a linter of JavaScript.
  globalIgnores(["dist/", "coverage/", "reports/", "assembly/", "*.config.*"]),
  {
    files: ["**/*.{ts,mjs}"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "no-restricted-properties": ["error", noRandom],
      "prefer-const": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-floating-promises": "error",
      // noUncheckedIndexedAccess makes `!` the way to say "in range" in loops over typed arrays.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", ignoreRestSiblings: true },
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
    },
  },
  {
    // Asymmetric matchers (expect.closeTo) are typed as any.
    files: ["**/*.test.ts"],
    rules: { "@typescript-eslint/no-unsafe-assignment": "off" },
  },
  {
    files: ["src/**/*.ts"],
    ignores: ["src/{cli,measure,panel,run,workers}/**", "**/*.test.ts"],
    rules: {
      "no-restricted-properties": ["error", noRandom, ...noClock],
      "no-restricted-syntax": ["error", noDate],
    },
  },
);
