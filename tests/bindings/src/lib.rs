//! Bindings of C and Go are generated once and committed, for their generators are built by cargo and nobody should need
//! cargo for a plugin in C. The tests generate them anew and compare.
