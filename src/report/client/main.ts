/** The browser side of pages that run nothing. */
import { mountPage } from "./page.js";

mountPage();
