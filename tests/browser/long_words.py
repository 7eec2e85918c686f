"""A name that no window is too narrow for."""

# Words of 40 letters.
LONG = (
    "Fjordlandskapsarkitekturprosjekteringsselskapet Øst-Norge og Vestfold Rådgivende Ingeniører AS"
)
