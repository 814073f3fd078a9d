/** Textes qui viennent avec la première page ou le premier dialogue chargé à la demande. */
import console from './console';
import disk from './disk';
import forms from './forms';
import newVm from './newVm';
import overview from './overview';
import poolPage from './poolPage';

export default { ...console, ...disk, ...forms, ...newVm, ...overview, ...poolPage };
