import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { Suspense } from "react";
import { meQuery } from "../data/session";
import { Waiting } from "../parts/Waiting";
import { AnnotateRoute } from "./AnnotateRoute";
import { Broken } from "./Broken";
import { Frame } from "./Frame";
import { Missing } from "./Missing";
import { queries } from "./queries";

const rootRoute = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: () => (
    <Suspense fallback={null}>
      <Outlet />
    </Suspense>
  ),
  errorComponent: Broken,
  notFoundComponent: Missing,
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    typeof search.next === "string" && search.next.startsWith("/") && !search.next.startsWith("//")
      ? { next: search.next }
      : {},
  component: lazyRouteComponent(() => import("../session/SignInPage")),
});

const linkRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/link",
  component: lazyRouteComponent(() => import("../session/LinkPage")),
});

const inviteRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/invite",
  component: lazyRouteComponent(() => import("../session/InvitePage")),
});

const insideRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "inside",
  beforeLoad: async ({ context, location }) => {
    const me = await context.queries.ensureQueryData(meQuery);
    if (!me) throw redirect({ to: "/sign-in", search: location.href === "/" ? {} : { next: location.href } });
  },
  component: Frame,
});

const inside = <Path extends string>(path: Path, page: Parameters<typeof lazyRouteComponent>[0]) =>
  createRoute({ getParentRoute: () => insideRoute, path, component: lazyRouteComponent(page) });

const inProject = <Path extends string>(path: Path, page: Parameters<typeof lazyRouteComponent>[0]) =>
  createRoute({ getParentRoute: () => projectRoute, path, component: lazyRouteComponent(page) });

const projectRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/projects/$projectId",
  component: Outlet,
});

const annotateRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "annotate",
  component: AnnotateRoute,
});

const tree = rootRoute.addChildren([
  signInRoute,
  linkRoute,
  inviteRoute,
  insideRoute.addChildren([
    inside("/", () => import("../projects/ProjectsPage")),
    inside("/new", () => import("../projects/NewProjectPage")),
    inside("/members", () => import("../people/MembersPage")),
    inside("/tokens", () => import("../people/TokensPage")),
    inside("/settings", () => import("../session/SettingsPage")),
    projectRoute.addChildren([
      annotateRoute,
      inProject("/", () => import("../projects/RoadPage")),
      inProject("ontology", () => import("../flow/ontology/OntologyPage")),
      inProject("sources", () => import("../flow/sources/SourcesPage")),
      inProject("queue", () => import("../flow/queue/QueuePage")),
      inProject("quality", () => import("../flow/quality/QualityPage")),
      inProject("review", () => import("../flow/review/ReviewPage")),
      inProject("datasets", () => import("../flow/datasets/DatasetsPage")),
      inProject("datasets/$datasetId", () => import("../flow/datasets/DatasetPage")),
      inProject("members", () => import("../people/MembersPage")),
      inProject("settings", () => import("../projects/ProjectSettingsPage")),
    ]),
  ]),
]);

export const router = createRouter({
  routeTree: tree,
  context: { queries },
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 200,
  defaultPendingComponent: () => <Waiting rows={6} />,
  defaultErrorComponent: Broken,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
