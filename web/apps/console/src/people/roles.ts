import type { Role } from "@qistas/api";

export const roles: Role[] = ["owner", "manager", "reviewer", "annotator", "viewer"];
