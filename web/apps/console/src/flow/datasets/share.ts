/** The share that was meant: per cent as the field says, but 0.8 is a share already and not 0.8 %. */
export function shareOf(typed: number): number {
  return typed > 0 && typed < 1 ? typed : typed / 100;
}

/** A share in per cent, as the field shows it. */
export function perCentOf(share: number | null | undefined): number | "" {
  return share === undefined || share === null ? "" : Math.round(share * 1000) / 10;
}
