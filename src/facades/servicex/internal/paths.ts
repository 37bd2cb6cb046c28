/**
 * The shapes travel in messages to finders and workers, which append to them: they stay as they
 * are.
 */
export const plainPath = "/servicex/internal/transformation";
export const tokenPath = "/servicex/internal/w/:token/transformation";
