import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
} from "@tanstack/react-router";
import { Suspense } from "react";
import { AnnotateRoute } from "./AnnotateRoute";
import { Frame } from "./Frame";

const rootRoute = createRootRoute({
  component: () => (
    <Suspense fallback={null}>
      <Outlet />
    </Suspense>
  ),
});

const insideRoute = createRoute({ getParentRoute: () => rootRoute, id: "inside", component: Frame });

const projectsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/",
  component: lazyRouteComponent(() => import("../projects/ProjectsPage")),
});

const annotateRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: "/projects/$projectId/annotate",
  component: AnnotateRoute,
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([insideRoute.addChildren([projectsRoute, annotateRoute])]),
  defaultPreload: "intent",
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
