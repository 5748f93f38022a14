"""Regions: which state or island an area code of North America is in, and what countries are called. Pure data.

It says what `phonenumbers.geocoder` says, whose tables of every town take 100 MB; a test compares the two.
"""

from __future__ import annotations

_AREAS = """
Alabama: 205 251 256 334 659 938
Alaska: 907
Alberta: 368 403 587 780 825
American Samoa: 684
Anguilla: 264
Antigua and Barbuda: 268
Arizona: 480 520 602 623 928
Arkansas: 327 479 501 870
Bahamas: 242
Barbados: 246
Bermuda: 441
British Columbia: 236 250 257 604 672 778
British Virgin Islands: 284
California: 209 279 323 341 350 369 408 415 424 442 510 530 559 562 619 626 628 650 657 661 669 707 714 738
    747 760 805 818 820 831 840 858 909 916 925 949 951
Cayman Islands: 345
Chicago, IL: 312 773 872
Colorado: 303 719 720 748 970 983
Connecticut: 475 860 959
Delaware: 302
Dominica: 767
Dominican Republic: 809 829 849
Florida: 239 305 321 324 352 386 407 448 561 645 656 689 727 754 772 786 813 850 863 904 941 954
Georgia: 229 404 470 478 678 706 762 770 912 943
Grenada: 473
Guam: 671
Hawaii: 808
Idaho: 208 986
Illinois: 217 224 309 331 447 464 618 630 708 730 779 815 847
Indiana: 219 260 317 463 574 765 812 930
Iowa: 319 515 563 641 712
Jamaica: 658 876
Kansas: 316 620 785 913
Kentucky: 270 364 502 606 859
Los Angeles, CA: 213
Louisiana: 225 318 337 504 985
Maine: 207
Manitoba: 204 431 584
Maryland: 227 240 301 410 443 667
Massachusetts: 339 351 413 508 617 774 781 857 978
Michigan: 231 248 269 313 517 586 616 734 810 906 947 989
Minnesota: 218 320 507 612 651 763 952
Mississippi: 228 601 662 769
Missouri: 235 314 417 557 573 636 660 816 975
Montana: 406
Montreal, QC: 263
Montserrat: 664
Nebraska: 308 402 531
Nevada: 702 725 775
New Brunswick: 428 506
New Hampshire: 603
New Jersey: 201 551 609 640 732 848 856 862 908 973
New Mexico: 505 575
New York: 315 329 347 363 516 518 585 607 631 646 680 716 838 845 914 917 929
New York, NY: 212 332 934
Newfoundland and Labrador: 709 879
North Carolina: 252 336 472 704 743 828 910 919 980 984
North Dakota: 701
Northern Mariana Islands: 670
Northwest Territories/Nunavut/Yukon: 867
Nova Scotia/Prince Edward Island: 782 902
Ohio: 216 220 234 283 326 330 380 419 440 513 567 614 740 937
Oklahoma: 405 539 572 580 918
Ontario: 226 249 289 343 365 382 416 519 548 613 647 683 705 742 753 807
Oregon: 458 503 541 971
Palm Beach, FL: 728
Pennsylvania: 215 223 267 272 412 484 570 582 610 717 724 814 835 878
Philadelphia, PA: 445
Puerto Rico: 787 939
Quebec: 273 354 367 418 438 450 468 514 579 581 819 873
Rhode Island: 401
Saint Kitts And Nevis: 869
Saint Lucia: 758
Saint Vincent And The Grenadines: 784
San Antonio, TX: 210 726
Saskatchewan: 306 474 639
Sint Maarten (Dutch part): 721
South Carolina: 803 821 839 843 854 864
South Dakota: 605
Tennessee: 423 615 629 731 865 901 931
Texas: 214 254 281 325 346 361 409 430 432 469 512 682 737 806 817 830 832 903 915 936 940 945 956 972 979
Toronto, ON: 437 942
Trinidad and Tobago: 868
Turks And Caicos Islands: 649
U.S. Virgin Islands: 340
Utah: 385 435 801
Vermont: 802
Virginia: 276 434 540 571 686 703 757 804 826 948
Washington D.C.: 202 771
Washington State: 206 253 360 425 509 564
West Virginia: 304 681
Wisconsin: 262 274 353 414 534 608 715 920
Wyoming: 307
"""

_COUNTRIES = """
AC Ascension Island; AD Andorra; AE United Arab Emirates; AF Afghanistan; AG Antigua and Barbuda;
AI Anguilla; AL Albania; AM Armenia; AO Angola; AR Argentina; AS American Samoa; AT Austria; AU Australia;
AW Aruba; AX Åland Islands; AZ Azerbaijan; BA Bosnia and Herzegovina; BB Barbados; BD Bangladesh;
BE Belgium; BF Burkina Faso; BG Bulgaria; BH Bahrain; BI Burundi; BJ Benin; BL Saint Barthélemy; BM Bermuda;
BN Brunei; BO Bolivia; BQ Bonaire, Sint Eustatius and Saba; BR Brazil; BS Bahamas; BT Bhutan; BW Botswana;
BY Belarus; BZ Belize; CA Canada; CC Cocos Islands; CD The Democratic Republic Of Congo;
CF Central African Republic; CG Congo; CH Switzerland; CI Côte d'Ivoire; CK Cook Islands; CL Chile;
CM Cameroon; CN China; CO Colombia; CR Costa Rica; CU Cuba; CV Cape Verde; CW Curaçao; CX Christmas Island;
CY Cyprus; CZ Czech Republic; DE Germany; DJ Djibouti; DK Denmark; DM Dominica; DO Dominican Republic;
DZ Algeria; EC Ecuador; EE Estonia; EG Egypt; EH Western Sahara; ER Eritrea; ES Spain; ET Ethiopia;
FI Finland; FJ Fiji; FK Falkland Islands; FM Micronesia; FO Faroe Islands; FR France; GA Gabon;
GB United Kingdom; GD Grenada; GE Georgia; GF French Guiana; GG Guernsey; GH Ghana; GI Gibraltar;
GL Greenland; GM Gambia; GN Guinea; GP Guadeloupe; GQ Equatorial Guinea; GR Greece; GT Guatemala; GU Guam;
GW Guinea-Bissau; GY Guyana; HK Hong Kong; HN Honduras; HR Croatia; HT Haiti; HU Hungary; ID Indonesia;
IE Ireland; IL Israel; IM Isle Of Man; IN India; IO British Indian Ocean Territory; IQ Iraq; IR Iran;
IS Iceland; IT Italy; JE Jersey; JM Jamaica; JO Jordan; JP Japan; KE Kenya; KG Kyrgyzstan; KH Cambodia;
KI Kiribati; KM Comoros; KN Saint Kitts And Nevis; KP North Korea; KR South Korea; KW Kuwait;
KY Cayman Islands; KZ Kazakhstan; LA Laos; LB Lebanon; LC Saint Lucia; LI Liechtenstein; LK Sri Lanka;
LR Liberia; LS Lesotho; LT Lithuania; LU Luxembourg; LV Latvia; LY Libya; MA Morocco; MC Monaco; MD Moldova;
ME Montenegro; MF Saint Martin; MG Madagascar; MH Marshall Islands; MK Macedonia; ML Mali; MM Myanmar;
MN Mongolia; MO Macao; MP Northern Mariana Islands; MQ Martinique; MR Mauritania; MS Montserrat; MT Malta;
MU Mauritius; MV Maldives; MW Malawi; MX Mexico; MY Malaysia; MZ Mozambique; NA Namibia; NC New Caledonia;
NE Niger; NF Norfolk Island; NG Nigeria; NI Nicaragua; NL Netherlands; NO Norway; NP Nepal; NR Nauru;
NU Niue; NZ New Zealand; OM Oman; PA Panama; PE Peru; PF French Polynesia; PG Papua New Guinea;
PH Philippines; PK Pakistan; PL Poland; PM Saint Pierre And Miquelon; PR Puerto Rico; PS Palestine;
PT Portugal; PW Palau; PY Paraguay; QA Qatar; RE Reunion; RO Romania; RS Serbia; RU Russia; RW Rwanda;
SA Saudi Arabia; SB Solomon Islands; SC Seychelles; SD Sudan; SE Sweden; SG Singapore; SH Saint Helena;
SI Slovenia; SJ Svalbard And Jan Mayen; SK Slovakia; SL Sierra Leone; SM San Marino; SN Senegal; SO Somalia;
SR Suriname; SS South Sudan; ST Sao Tome And Principe; SV El Salvador; SX Sint Maarten (Dutch part);
SY Syria; SZ Swaziland; TA Tristan da Cunha; TC Turks And Caicos Islands; TD Chad; TG Togo; TH Thailand;
TJ Tajikistan; TK Tokelau; TL Timor-Leste; TM Turkmenistan; TN Tunisia; TO Tonga; TR Turkey;
TT Trinidad and Tobago; TV Tuvalu; TW Taiwan; TZ Tanzania; UA Ukraine; UG Uganda; US United States;
UY Uruguay; UZ Uzbekistan; VA Vatican; VC Saint Vincent And The Grenadines; VE Venezuela;
VG British Virgin Islands; VI U.S. Virgin Islands; VN Vietnam; VU Vanuatu; WF Wallis And Futuna; WS Samoa;
XK Kosovo; YE Yemen; YT Mayotte; ZA South Africa; ZM Zambia; ZW Zimbabwe
"""


def _areas() -> dict[str, str]:
    found: dict[str, str] = {}
    region = ""
    for line in _AREAS.split("\n"):
        name, colon, codes = line.rpartition(": ")
        region = name if colon else region
        found |= dict.fromkeys(codes.split(), region)
    return found


AREAS = _areas()
"""Area code ("650") to region ("California")."""

COUNTRIES = {item[:2]: item[3:] for item in _COUNTRIES.strip().replace("\n", " ").split("; ")}
"""ISO country ("NO") to its name ("Norway")."""
