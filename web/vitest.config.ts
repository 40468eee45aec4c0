import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["packages/*/{src,test}/**/*.test.ts?(x)", "apps/*/{src,test}/**/*.test.ts?(x)"],
    passWithNoTests: true,
  },
});
