import type { GivenRole } from "@qistas/api";

/** The roles that can be given, the strongest first. */
export const roles: GivenRole[] = ["owner", "manager", "reviewer", "annotator", "viewer"];
