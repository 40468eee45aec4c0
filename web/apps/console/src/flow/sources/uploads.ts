import type { ApiProblem } from "@qistas/api";
import { ring } from "../../parts/ring";

export interface Upload {
  key: number;
  projectId: string;
  name: string;
  sent: number;
  size: number;
  error: ApiProblem | null;
  stop: () => void;
}

/** Files on their way to the server. */
export const uploads = ring<Upload[]>([]);
