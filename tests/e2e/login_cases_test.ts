// The cases of `login`, which are the most: in a file of their own, so that they run beside the others.
import { testCasesOf } from "./case_tests.ts";

testCasesOf("login");
