// The cases of every command but `login`.
import { commandsWithCases, testCasesOf } from "./case_tests.ts";

for (const command of commandsWithCases()) if (command !== "login") testCasesOf(command);
