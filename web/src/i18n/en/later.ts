/** Texts that come with the first page or dialog that is fetched on demand. */
import console from './console';
import disk from './disk';
import forms from './forms';
import newVm from './newVm';
import overview from './overview';
import poolPage from './poolPage';

export default { ...console, ...disk, ...forms, ...newVm, ...overview, ...poolPage };
