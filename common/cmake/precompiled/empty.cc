// Gives the target that carries a precompiled header something to compile.
