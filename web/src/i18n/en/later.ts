/** Texts that come with the first page or dialog that is fetched on demand. */
import console from './console';
import forms from './forms';
export default { ...console, ...forms, ...newVm, ...overview, ...poolPage };
