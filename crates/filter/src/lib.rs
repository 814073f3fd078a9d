//! Filter language of lists, selections and smart jobs.
